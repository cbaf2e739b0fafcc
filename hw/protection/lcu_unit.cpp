#include <algorithm>

#include "hw/protection/neuron_unit_kind.h"

/// The lightweight correction unit (LCU) of M. H. Ahmadilivani et al., "Enhancing fault resilience of QNNs by selective
/// neuron splitting", AICAS 2023: both words are the same half of a neuron, floor((code - zero) / 2) as an unsigned
/// number below 128. So the highest bit must be 0, and of a bit that differs 0 does less harm.
namespace faultline::hw {
namespace {

constexpr uint8_t kHighestBit = 0x80;
constexpr int kHighestCode = 127;

uint8_t half(int8_t code, int32_t zero) {
  return static_cast<uint8_t>((code - zero) >> 1);
}

/// The sum of the two corrected halves.
CombinedNeuron combine_lcu(const NeuronWords& halves, int32_t zero) {
  const int both = halves[0] & halves[1] & ~kHighestBit;
  const bool right = halves[0] == halves[1] && (halves[0] & kHighestBit) == 0;
  return {static_cast<int8_t>(std::min(zero + 2 * both, kHighestCode)),
          right ? NeuronVerdict::kRight : NeuronVerdict::kReplaced};
}

const NeuronUnitRegistration kRegistration{{"lcu", 2, half, combine_lcu}};

}  // namespace
}  // namespace faultline::hw
