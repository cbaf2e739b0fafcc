#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace faultline::bench {

/// Measures every registered row of some tables (none: all) for `seconds` each and gives the machine's description and
/// the tables:
/// {"machine": {...}, "tables": {TABLE: [{"name", "unit", "per_second", "per_processor_second"}, ...]}}. `progress` is
/// called with the number of rows done, their number and the next row's name. Throws UserError for a table that there
/// is not.
nlohmann::ordered_json run_suite(double seconds, const std::vector<std::string>& tables,
                                 const std::function<void(size_t done, size_t all, const std::string& next)>& progress);

/// The tables as text.
std::string to_text(const nlohmann::ordered_json& results);

}  // namespace faultline::bench
