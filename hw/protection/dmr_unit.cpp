#include "hw/protection/neuron_unit_kind.h"

/// Dual modular redundancy of neurons: two copies that differ are an alarm, and the first is taken.
namespace faultline::hw {
namespace {

CombinedNeuron combine_dmr(const NeuronWords& copies, int32_t /*zero*/) {
  return {static_cast<int8_t>(copies[0]), copies[0] == copies[1] ? NeuronVerdict::kRight : NeuronVerdict::kAlarm};
}

const NeuronUnitRegistration kRegistration{{"dmr", 2, nullptr, combine_dmr, true}};

}  // namespace
}  // namespace faultline::hw
