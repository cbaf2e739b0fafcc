#include "rtl/generator/neuron_circuit.h"

#include <map>
#include <utility>

#include "rtl/generator/rtl_error.h"

namespace faultline::rtl {
namespace {

std::map<std::string, NeuronCircuit>& registered_neuron_circuits() {
  static std::map<std::string, NeuronCircuit> circuits;
  return circuits;
}

}  // namespace

const NeuronCircuit& neuron_circuit(const std::string& kind) {
  const auto found = registered_neuron_circuits().find(kind);
  if (found == registered_neuron_circuits().end()) {
    throw RtlError("the RTL has no circuit for the neuron unit '" + kind + "'",
                   "leave it out, or take an engine that models it: cycle, structural or rtl_grid");
  }
  return found->second;
}

NeuronCircuitRegistration::NeuronCircuitRegistration(NeuronCircuit circuit) {
  const std::string kind = circuit.kind;
  registered_neuron_circuits().emplace(kind, std::move(circuit));
}

}  // namespace faultline::rtl
