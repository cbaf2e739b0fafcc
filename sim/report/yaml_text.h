#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace faultline::report {

/// JSON as YAML, ending in a newline.
std::string yaml_text(const nlohmann::ordered_json& json);

}  // namespace faultline::report
