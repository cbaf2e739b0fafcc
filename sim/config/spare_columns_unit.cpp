#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "sim/config/protection_option.h"

/// Spare columns of the array: `count`, 1 by default, and `skip`, the columns that are left out; none by default.
namespace faultline::config {
namespace {

constexpr const char* kSpareColumns = "spare_columns";

int parse_column_number(const UnitOption& unit, const char* key, const std::string& text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) {
    unit.fail(fmt::format("'{}' of protection unit '{}' has '{}'", key, kSpareColumns, text), "give whole numbers");
  }
  return number;
}

void read_spare_columns(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"count", "skip"});
  if (config.spare_columns) {
    unit.fail("protection unit 'spare_columns' is given twice", "give one count and one list of columns to skip");
  }
  hw::SpareColumns& spares = config.spare_columns.emplace();
  spares.count = parse_column_number(unit, "count", unit.value("count", "1"));
  std::istringstream columns(unit.value("skip", ""));
  for (std::string column; std::getline(columns, column, '+');) {
    spares.skipped.push_back(parse_column_number(unit, "skip", column));
  }
}

std::vector<std::string> write_spare_columns(const hw::ProtectionConfig& config) {
  if (!config.spare_columns) {
    return {};
  }
  const hw::SpareColumns& spares = *config.spare_columns;
  return {fmt::format("{}:count={}{}{}", kSpareColumns, spares.count,
                      spares.skipped.empty() ? "" : ",skip=", fmt::join(spares.skipped, "+"))};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{kSpareColumns}; }, read_spare_columns, write_spare_columns}};

}  // namespace
}  // namespace faultline::config
