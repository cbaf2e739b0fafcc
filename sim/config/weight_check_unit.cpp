#include "sim/config/protection_option.h"

/// The check of what the weight buffer gives: `mode` (range or bits).
namespace faultline::config {
namespace {

constexpr const char* kWeightCheck = "weight_check";

void read_weight_check(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"mode"});
  if (config.weight_check) {
    unit.fail("protection unit 'weight_check' is given twice", "keep one");
  }
  const std::string mode = unit.value("mode", "range");
  if (mode != "range" && mode != "bits") {
    unit.fail("'mode' of protection unit 'weight_check' is '" + mode + "'", "give range or bits");
  }
  config.weight_check = hw::WeightCheck{mode == "bits" ? hw::WeightCheck::Mode::kBits : hw::WeightCheck::Mode::kRange};
}

std::vector<std::string> write_weight_check(const hw::ProtectionConfig& config) {
  if (!config.weight_check) {
    return {};
  }
  const bool bits = config.weight_check->mode == hw::WeightCheck::Mode::kBits;
  return {std::string(kWeightCheck) + (bits ? ":mode=bits" : ":mode=range")};
}

const ProtectionUnitRegistration kRegistration{
    {[] { return std::vector<std::string>{kWeightCheck}; }, read_weight_check, write_weight_check}};

}  // namespace
}  // namespace faultline::config
