#include "sim/config/protection_option.h"

/// Checksums of the sums that leave the array: `mode` (detect or correct).
namespace faultline::config {
namespace {

constexpr const char* kChecksum = "checksum";

void read_checksum(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"mode"});
  if (config.checksum) {
    unit.fail("protection unit 'checksum' is given twice", "keep one");
  }
  const std::string mode = unit.value("mode", "detect");
  if (mode != "detect" && mode != "correct") {
    unit.fail("'mode' of protection unit 'checksum' is '" + mode + "'", "give detect or correct");
  }
  config.checksum = hw::ArrayChecksum{mode == "correct"};
}

std::vector<std::string> write_checksum(const hw::ProtectionConfig& config) {
  if (!config.checksum) {
    return {};
  }
  return {std::string(kChecksum) + (config.checksum->corrects ? ":mode=correct" : ":mode=detect")};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{kChecksum}; }, read_checksum, write_checksum}};

}  // namespace
}  // namespace faultline::config
