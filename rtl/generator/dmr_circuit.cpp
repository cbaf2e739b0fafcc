#include "rtl/generator/neuron_circuit.h"

/// The comparator of two copies as gates (hw/protection/dmr_unit.cpp).
namespace faultline::rtl {
namespace {

constexpr const char* kDmrCombiner = R"(  assign code      = words[7:0];
  assign corrected = 1'b0;
  assign error     = words[7:0] != words[15:8];

  logic unused;
  assign unused = &{1'b0, zero};
)";

const NeuronCircuitRegistration kDmrCircuit{{"dmr", kDmrCombiner, "", false}};

}  // namespace
}  // namespace faultline::rtl
