#include "sim/config/protection_option.h"

/// Bounds of each channel's codes in the parameter memory: `outside` (what becomes of a code outside: clamp or zero).
namespace faultline::config {
namespace {

constexpr const char* kChannelBounds = "channel_bounds";

void read_channel_bounds(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"outside"});
  if (config.channel_bounds) {
    unit.fail("protection unit 'channel_bounds' is given twice", "keep one");
  }
  const std::string outside = unit.value("outside", "clamp");
  if (outside != "clamp" && outside != "zero") {
    unit.fail("'outside' of protection unit 'channel_bounds' is '" + outside + "'", "give clamp or zero");
  }
  config.channel_bounds = hw::ChannelBounds{outside == "zero"};
}

std::vector<std::string> write_channel_bounds(const hw::ProtectionConfig& config) {
  if (!config.channel_bounds) {
    return {};
  }
  return {std::string(kChannelBounds) + (config.channel_bounds->zeroes ? ":outside=zero" : "")};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{kChannelBounds}; }, read_channel_bounds, write_channel_bounds}};

}  // namespace
}  // namespace faultline::config
