#pragma once

#include <string>
#include <vector>

#include "sim/config/yaml_reader.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// The ranges that the keys `low` and `high` of a section give: both a list of codes, or both one code (one range).
/// Throws UserError for what is no code, for a low that is above its high, and for lists that differ in length.
std::vector<model::CodeRange> read_code_ranges(const config::YamlValue& section);

/// "low: [-128, -3]", the separator, "high: [96, 127]".
std::string code_ranges_text(const std::vector<model::CodeRange>& ranges, const std::string& separator);

/// What is left of a clamp within each of the ranges; one code of it where it lies outside.
std::vector<model::CodeRange> narrowed(model::CodeRange clamp, std::vector<model::CodeRange> ranges);

}  // namespace faultline::harden
