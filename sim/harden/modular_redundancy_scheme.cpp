#include "sim/harden/neuron_scheme.h"

namespace faultline::harden {
namespace {

std::string obstacle(const model::MatrixOperator& layer, int32_t /*zero*/) {
  return no_stored_codes(layer);
}

uint8_t copy(int8_t code, int32_t /*zero*/) {
  return static_cast<uint8_t>(code);
}

/// Triple modular redundancy: the bit-wise majority.
ResolvedNeuron vote(const std::vector<uint8_t>& words, int32_t /*zero*/) {
  const int majority = (words[0] & words[1]) | (words[0] & words[2]) | (words[1] & words[2]);
  ResolvedNeuron neuron;
  neuron.code = static_cast<int8_t>(majority);
  neuron.corrected = words[0] != words[1] || words[0] != words[2];
  return neuron;
}

/// Dual modular redundancy: a difference is seen, and the first word is taken.
ResolvedNeuron compare(const std::vector<uint8_t>& words, int32_t /*zero*/) {
  ResolvedNeuron neuron;
  neuron.code = static_cast<int8_t>(words[0]);
  neuron.detected = words[0] != words[1];
  return neuron;
}

const NeuronSchemeRegistration kTriple{{"tmr", 3, obstacle, copy, vote}};
const NeuronSchemeRegistration kDual{{"dmr", 2, obstacle, copy, compare}};

}  // namespace
}  // namespace faultline::harden
