#include "hw/protection/neuron_unit_kind.h"

/// Triple modular redundancy of neurons: the bit-wise majority of three copies.
namespace faultline::hw {
namespace {

CombinedNeuron combine_tmr(const NeuronWords& copies, int32_t /*zero*/) {
  const auto [a, b, c] = copies;
  const bool agreed = a == b && b == c;
  return {static_cast<int8_t>((a & b) | (a & c) | (b & c)), agreed ? NeuronVerdict::kRight : NeuronVerdict::kCorrected};
}

const NeuronUnitRegistration kRegistration{{"tmr", 3, nullptr, combine_tmr}};

}  // namespace
}  // namespace faultline::hw
