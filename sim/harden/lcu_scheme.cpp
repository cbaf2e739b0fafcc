#include <algorithm>

#include <fmt/core.h>

#include "sim/harden/neuron_scheme.h"

/// Neuron splitting with the lightweight correction unit (LCU) of M. H. Ahmadilivani et al., "Enhancing fault
/// resilience of QNNs by selective neuron splitting", AICAS 2023: a critical neuron is computed as two halves, which
/// the unit joins by a bit-wise AND with the highest bit reset.
///
/// Both halves are what post-processing gives with a last shift by one: floor((code - zero) / 2), an unsigned number
/// below 128. Halving there costs the neuron its lowest bit; halving the int8 weights would round every one of them.
namespace faultline::harden {
namespace {

constexpr uint8_t kHighestBit = 0x80;

/// The lowest code that post-processing gives.
int32_t lowest_code(const model::PostProcessing& post) {
  if (post.table.empty()) {
    return post.low;
  }
  const auto at = [&](int32_t code) { return post.table.begin() + code + 128; };
  return *std::min_element(at(post.low), at(post.high) + 1);
}

std::string obstacle(const model::MatrixOperator& layer, int32_t zero) {
  std::string reason = no_stored_codes(layer);
  if (reason.empty() && lowest_code(layer.post) < zero) {
    reason =
        fmt::format("its outputs may be negative (codes from {}, {} stands for 0), and halves of those use all bits",
                    lowest_code(layer.post), zero);
  }
  return reason;
}

uint8_t half(int8_t code, int32_t zero) {
  return static_cast<uint8_t>((code - zero) >> 1);
}

ResolvedNeuron join(const std::vector<uint8_t>& halves, int32_t zero) {
  const int both = halves[0] & halves[1] & ~kHighestBit;
  ResolvedNeuron neuron;
  neuron.code = static_cast<int8_t>(std::min(zero + 2 * both, 127));
  return neuron;
}

const NeuronSchemeRegistration kRegistration{{"lcu", 2, obstacle, half, join}};

}  // namespace
}  // namespace faultline::harden
