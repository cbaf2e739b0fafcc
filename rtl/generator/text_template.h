#pragma once

#include <string>
#include <utility>
#include <vector>

namespace faultline::rtl {

/// Values of a template's placeholders, by name.
using TemplateValues = std::vector<std::pair<std::string, std::string>>;

/// `text` with every `@name@` replaced by its value. SystemVerilog itself has no use for `@name@`.
std::string fill_template(std::string text, const TemplateValues& values);

}  // namespace faultline::rtl
