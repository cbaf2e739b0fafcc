#include "rtl/generator/neuron_circuit.h"

/// Error detection and correction of two copies with an interval as gates (hw/protection/edac_unit.cpp).
namespace faultline::rtl {
namespace {

constexpr const char* kEdacCombiner = R"(  logic signed [7:0] first, second;
  logic              first_inside, second_inside;
  assign first         = words[7:0];
  assign second        = words[15:8];
  assign first_inside  = first >= low && first <= high;
  assign second_inside = second >= low && second <= high;

  // The copy nearer to 0; of two equally near the lower one.
  logic [8:0] first_number, second_number, first_distance, second_distance;
  assign first_number    = {words[7], words[7:0]} - {zero[7], zero};
  assign second_number   = {words[15], words[15:8]} - {zero[7], zero};
  assign first_distance  = first_number[8] ? -first_number : first_number;
  assign second_distance = second_number[8] ? -second_number : second_number;

  logic second_is_smaller, takes_second;
  assign second_is_smaller = second_distance < first_distance || (second_distance == first_distance && second < first);
  assign takes_second      = second_inside && (!first_inside || second_is_smaller);

  assign error     = !first_inside && !second_inside;
  assign corrected = !error && first != second;
  assign code      = error ? zero : takes_second ? second : first;
)";

const NeuronCircuitRegistration kEdacCircuit{{"edac", kEdacCombiner, "", true}};

}  // namespace
}  // namespace faultline::rtl
