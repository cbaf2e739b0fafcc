#include "rtl/generator/neuron_circuit.h"

/// The lightweight correction unit as gates (hw/protection/lcu_unit.cpp).
namespace faultline::rtl {
namespace {

constexpr const char* kLcuCombiner =
    R"(  // Both words are the same half, below 128: a bit that differs counts as 0, and so does the highest one.
  logic [7:0] first, second;
  logic [6:0] both;
  assign first  = words[7:0];
  assign second = words[15:8];
  assign both   = first[6:0] & second[6:0];

  logic signed [9:0] whole;
  assign whole     = {{2{zero[7]}}, zero} + {2'd0, both, 1'b0};
  assign code      = whole > 10'sd127 ? 8'd127 : whole[7:0];
  assign corrected = 1'b0;
  assign error     = first != second || first[7];
)";

constexpr const char* kLcuEncoder = R"(  // floor((code - zero) / 2)
  logic [8:0] difference;
  assign difference = {code[7], code} - {zero[7], zero};
  assign word       = difference[8:1];

  logic unused;
  assign unused = &{1'b0, difference[0]};
)";

const NeuronCircuitRegistration kLcuCircuit{{"lcu", kLcuCombiner, kLcuEncoder, true}};

}  // namespace
}  // namespace faultline::rtl
