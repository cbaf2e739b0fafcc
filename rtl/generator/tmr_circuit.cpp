#include "rtl/generator/neuron_circuit.h"

/// The voter of three copies as gates (hw/protection/tmr_unit.cpp).
namespace faultline::rtl {
namespace {

constexpr const char* kTmrCombiner = R"(  logic [7:0] first, second, third;
  assign first     = words[7:0];
  assign second    = words[15:8];
  assign third     = words[23:16];
  assign code      = (first & second) | (first & third) | (second & third);
  assign corrected = first != second || second != third;
  assign error     = 1'b0;

  logic unused;
  assign unused = &{1'b0, zero};
)";

const NeuronCircuitRegistration kTmrCircuit{{"tmr", kTmrCombiner, "", false}};

}  // namespace
}  // namespace faultline::rtl
