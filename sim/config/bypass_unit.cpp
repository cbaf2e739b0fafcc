#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "sim/config/protection_option.h"

/// Bypassed processing elements: `elements`, a list of ROW/COLUMN, each a number or FIRST-LAST; none by default.
namespace faultline::config {
namespace {

/// "3" or "0-7", from 0 on; false for anything else.
bool parse_range(const std::string& text, int& first, int& last) {
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, first);
  last = first;
  if (error == std::errc() && rest != end && *rest == '-') {
    const auto second = std::from_chars(rest + 1, end, last);
    rest = second.ptr;
    error = second.ec;
  }
  return error == std::errc() && rest == end && first >= 0 && last >= first;
}

hw::ElementRange parse_element(const std::string& text, const UnitOption& unit) {
  hw::ElementRange range = {};
  const size_t slash = text.find('/');
  if (slash == std::string::npos || !parse_range(text.substr(0, slash), range.row_first, range.row_last) ||
      !parse_range(text.substr(slash + 1), range.column_first, range.column_last)) {
    unit.fail(fmt::format("'{}' of protection unit 'bypass' names no processing elements", text),
              "write ROW/COLUMN, each a number from 0 on or FIRST-LAST, such as 3/5 or 0-7/2");
  }
  return range;
}

void read_bypass(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"elements"});
  if (config.bypass) {
    unit.fail("protection unit 'bypass' is given twice", "list all elements in one");
  }
  config.bypass.emplace();
  std::istringstream elements(unit.value("elements", ""));
  for (std::string element; std::getline(elements, element, '+');) {
    config.bypass->elements.push_back(parse_element(element, unit));
  }
}

std::vector<std::string> write_bypass(const hw::ProtectionConfig& config) {
  if (!config.bypass) {
    return {};
  }
  std::string text = "bypass";
  for (const hw::ElementRange& range : config.bypass->elements) {
    text +=
        fmt::format("{}{}/{}", text == "bypass" ? ":elements=" : "+", hw::range_text(range.row_first, range.row_last),
                    hw::range_text(range.column_first, range.column_last));
  }
  return {text};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{"bypass"}; }, read_bypass, write_bypass}};

}  // namespace
}  // namespace faultline::config
