#include <algorithm>

#include <fmt/core.h>

#include "sim/harden/neuron_scheme.h"

/// Neuron splitting with the lightweight correction unit (LCU) of M. H. Ahmadilivani et al., "Enhancing fault
/// resilience of QNNs by selective neuron splitting", AICAS 2023: a critical neuron is computed as two halves, which
/// the unit (hw/protection/lcu_unit.cpp) joins.
///
/// Both halves are what post-processing gives with a last shift by one: floor((code - zero) / 2), an unsigned number
/// below 128. Halving there costs the neuron its lowest bit; halving the int8 weights would round every one of them.
namespace faultline::harden {
namespace {

/// The lowest code that post-processing gives.
int32_t lowest_code(const model::PostProcessing& post) {
  if (post.table.empty()) {
    return post.low;
  }
  const auto at = [&](int32_t code) { return post.table.begin() + code + 128; };
  return *std::min_element(at(post.low), at(post.high) + 1);
}

std::string lcu_obstacle(const model::MatrixOperator& layer, int32_t zero) {
  std::string reason = no_stored_codes(layer);
  if (reason.empty() && lowest_code(layer.post) < zero) {
    reason =
        fmt::format("its outputs may be negative (codes from {}, {} stands for 0), and halves of those use all bits",
                    lowest_code(layer.post), zero);
  }
  return reason;
}

const NeuronSchemeRegistration kRegistration{{"lcu", lcu_obstacle}};

}  // namespace
}  // namespace faultline::harden
