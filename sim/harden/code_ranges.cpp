#include "sim/harden/code_ranges.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace faultline::harden {
namespace {

using config::YamlValue;

/// One number, or a list of one for each channel.
std::vector<int32_t> read_codes(const YamlValue& value, const std::string& name) {
  const auto code = [&name](const YamlValue& one) { return static_cast<int32_t>(one.integer(name, -128, 127)); };
  if (!value.is_sequence()) {
    return {code(value)};
  }
  const std::vector<YamlValue> items = value.items(name);
  std::vector<int32_t> codes;
  std::transform(items.begin(), items.end(), std::back_inserter(codes), code);
  return codes;
}

}  // namespace

std::vector<model::CodeRange> read_code_ranges(const YamlValue& section) {
  const std::vector<int32_t> low = read_codes(section.require("low"), "low");
  const std::vector<int32_t> high = read_codes(section.require("high"), "high");
  if (low.size() != high.size() || low.empty()) {
    section.fail(fmt::format("low has {} codes, high has {}", low.size(), high.size()),
                 "give each channel one of both, or one number for all");
  }
  std::vector<model::CodeRange> ranges;
  for (size_t channel = 0; channel < low.size(); ++channel) {
    if (low[channel] > high[channel]) {
      section.fail(fmt::format("low {} is above high {}", low[channel], high[channel]), "exchange them");
    }
    ranges.push_back({low[channel], high[channel]});
  }
  return ranges;
}

std::string code_ranges_text(const std::vector<model::CodeRange>& ranges, const std::string& separator) {
  std::vector<int32_t> low, high;
  for (const model::CodeRange& range : ranges) {
    low.push_back(range.low);
    high.push_back(range.high);
  }
  return fmt::format("low: [{}]{}high: [{}]", fmt::join(low, ", "), separator, fmt::join(high, ", "));
}

std::vector<model::CodeRange> narrowed(model::CodeRange clamp, std::vector<model::CodeRange> ranges) {
  for (model::CodeRange& range : ranges) {
    range = {std::clamp(clamp.low, range.low, range.high), std::clamp(clamp.high, range.low, range.high)};
  }
  return ranges;
}

}  // namespace faultline::harden
