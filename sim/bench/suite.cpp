#include "sim/bench/suite.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/format.h>

#include "sim/bench/machine.h"
#include "sim/bench/measurement.h"
#include "sim/config/user_error.h"

namespace faultline::bench {
namespace {

using nlohmann::ordered_json;

/// Three significant digits with a prefix: 19.4 G.
std::string with_prefix(double rate) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T"};
  size_t prefix = 0;
  while (rate >= 1000 && prefix + 1 < std::size(kPrefixes)) {
    rate /= 1000;
    ++prefix;
  }
  return fmt::format("{:.3g} {}", rate, kPrefixes[prefix]);
}

/// The registered rows of these tables, table by table.
std::vector<Measurement> rows_of(const std::vector<std::string>& tables) {
  std::vector<Measurement> rows = measurements();
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Measurement& a, const Measurement& b) { return a.table < b.table; });
  std::set<std::string> names;
  for (const Measurement& row : rows) {
    names.insert(row.table);
  }
  for (const std::string& table : tables) {
    if (names.count(table) == 0) {
      throw UserError("command line", 0, fmt::format("there is no table '{}'", table),
                      fmt::format("choose from {}", fmt::join(names, ", ")));
    }
  }
  const auto left_out = [&](const Measurement& row) {
    return !tables.empty() && std::find(tables.begin(), tables.end(), row.table) == tables.end();
  };
  rows.erase(std::remove_if(rows.begin(), rows.end(), left_out), rows.end());
  return rows;
}

}  // namespace

ordered_json run_suite(double seconds, const std::vector<std::string>& tables,
                       const std::function<void(size_t done, size_t all, const std::string& next)>& progress) {
  const std::vector<Measurement> rows = rows_of(tables);
  const Machine machine = this_machine();
  ordered_json results;
  results["machine"] = {{"processor", machine.processor},
                        {"simd_target", machine.simd_target},
                        {"cores", machine.cores},
                        {"compiler", machine.compiler},
                        {"build_type", machine.build_type}};
  for (size_t i = 0; i < rows.size(); ++i) {
    progress(i, rows.size(), rows[i].name);
    const Rate rate = measure(rows[i], seconds);
    results["tables"][rows[i].table].push_back({{"name", rows[i].name},
                                                {"unit", rows[i].unit},
                                                {"per_second", rate.wall},
                                                {"per_processor_second", rate.processor}});
  }
  return results;
}

std::string to_text(const ordered_json& results) {
  std::string text;
  for (const auto& [key, value] : results.at("machine").items()) {
    text += fmt::format("{:<14}{}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const auto& [table, rows] : results.at("tables").items()) {
    text += fmt::format("\n{:<58}{:>14}{:>22}\n", table, "per second", "per processor second");
    for (const ordered_json& row : rows) {
      const auto unit = row.at("unit").get<std::string>();
      text += fmt::format("  {:<56}{:>14}{:>22}  {}\n", row.at("name").get<std::string>(),
                          with_prefix(row.at("per_second")), with_prefix(row.at("per_processor_second")), unit);
    }
  }
  return text;
}

}  // namespace faultline::bench
