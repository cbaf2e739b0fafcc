#include "sim/config/protection_option.h"

/// Bounds of each channel's codes in the parameter memory; no keys.
namespace faultline::config {
namespace {

constexpr const char* kChannelBounds = "channel_bounds";

void read_channel_bounds(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({});
  if (config.channel_bounds) {
    unit.fail("protection unit 'channel_bounds' is given twice", "keep one");
  }
  config.channel_bounds = true;
}

std::vector<std::string> write_channel_bounds(const hw::ProtectionConfig& config) {
  return config.channel_bounds ? std::vector<std::string>{kChannelBounds} : std::vector<std::string>{};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{kChannelBounds}; }, read_channel_bounds, write_channel_bounds}};

}  // namespace
}  // namespace faultline::config
