#pragma once

#include <string>

namespace faultline::rtl {

/// The circuits of a kind of neuron unit (hw/protection/neuron_unit_kind.h), as the bodies of combinational modules. A
/// file of this folder registers one for each kind with a file-scope object:
///
///   const NeuronCircuitRegistration kRegistration{{"tmr", kCombiner, "", false}};
struct NeuronCircuit {
  std::string kind;  ///< of hw::neuron_unit_kinds()
  /// Drives `code`, `corrected` and `error` from `words` (8 bits each, the first in the lowest) and `zero`, the code
  /// of 0; where the kind has intervals also from `low` and `high`, signed.
  std::string combiner;
  /// Drives `word`, what the output buffer holds of a neuron, from `code` and `zero`; empty where that is the code.
  std::string encoder;
  bool replaces = false;  ///< an error is not an alarm: a harmless code stands for the neuron
};

/// The circuits of this kind. Throws RtlError where it has none.
const NeuronCircuit& neuron_circuit(const std::string& kind);

struct NeuronCircuitRegistration {
  explicit NeuronCircuitRegistration(NeuronCircuit circuit);
};

}  // namespace faultline::rtl
