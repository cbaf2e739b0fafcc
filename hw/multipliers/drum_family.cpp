#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/leading_one.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> drum_parameters(int bits) {
  return {{"k", "bits of each operand that are multiplied, from its leading one down", 2, bits, bits / 2}};
}

/// k bits from the leading one down, the last of them 1, at their place; a shorter operand as it is.
uint64_t segment(uint64_t operand, int k) {
  const int shift = operand == 0 ? 0 : leading_one(operand) - k + 1;
  return shift <= 0 ? operand : ((operand >> shift) | 1) << shift;
}

std::string segment_text(const std::string& operand, int bits, int k) {
  const int width = count_bits(bits - k);
  const auto choose = [&](int position) {
    return fmt::format("{0}_part = {{{0}[{1}:{2}], 1'b1}}; {0}_shift = {3}'d{4};", operand, position, position - k + 2,
                       width, position - k + 1);
  };
  return fmt::format("  logic [{}:0] {}_part;\n  logic [{}:0] {}_shift;\n", k - 1, operand, width - 1, operand) +
         by_leading_one(operand, bits, k, choose,
                        fmt::format("{0}_part = {0}[{1}:0]; {0}_shift = {2}'d0;", operand, k - 1, width));
}

MultiplierCircuit drum_core(int bits, const FamilyValues& values) {
  const int k = values[0];
  const int width = count_bits(bits - k);
  return {[k](uint64_t a, uint64_t w) { return segment(a, k) * segment(w, k); },
          segment_text("a", bits, k) + segment_text("w", bits, k) +
              fmt::format("  logic [{0}:0] parts;\n  assign parts = {{{1}'b0, a_part}} * {{{1}'b0, w_part}};\n"
                          "  logic [{2}:0] shift;\n  assign shift = {{1'b0, a_shift}} + {{1'b0, w_shift}};\n"
                          "  assign p = {{{3}parts}} << shift;\n",
                          2 * k - 1, k, width, zeros_then(2 * (bits - k)))};
}

const FamilyRegistration kRegistration{
    {"drum", "product of k-bit segments from the leading ones down, the last bit of a shortened segment set to 1",
     "S. Hashemi, R. I. Bahar and S. Reda, DRUM: a dynamic range unbiased multiplier for approximate applications, "
     "ICCAD 2015",
     drum_parameters, drum_core}};

}  // namespace
}  // namespace faultline::hw
