#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/leading_one.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> iterative_log_parameters(int /*bits*/) {
  return {{"corrections", "how many times the product of the residues is added", 0, 4, 1}};
}

/// One stage: with a = 2^k + r and w = 2^l + s, a w = (a 2^l + s 2^k) + r s, of which the first part is `term`.
std::string stage_text(int stage, int bits) {
  const std::string a = stage == 0 ? "a" : fmt::format("a{}", stage);
  const std::string w = stage == 0 ? "w" : fmt::format("w{}", stage);
  const int next = stage + 1;
  return leading_one_position(a, fmt::format("k{}", stage), bits) +
         leading_one_position(w, fmt::format("l{}", stage), bits) +
         fmt::format(
             "  logic [{0}:0] a{1}, w{1};\n  logic [{2}:0] term{3};\n"
             "  assign a{1} = {4} & ~({6}'d1 << k{3});\n  assign w{1} = {5} & ~({6}'d1 << l{3});\n"
             "  assign term{3} = {4} == {6}'d0 || {5} == {6}'d0 ? {7}'d0\n"
             "    : ({{{6}'b0, {4}}} << l{3}) + ({{{6}'b0, w{1}}} << k{3});\n",
             bits - 1, next, 2 * bits - 1, stage, a, w, bits, 2 * bits);
}

MultiplierCircuit iterative_log_core(int bits, const FamilyValues& values) {
  const int stages = values[0] + 1;
  std::string text;
  std::string sum;
  for (int stage = 0; stage < stages; ++stage) {
    text += stage_text(stage, bits);
    sum += fmt::format("{}term{}", stage == 0 ? "" : " + ", stage);
  }
  return {[stages](uint64_t a, uint64_t w) {
            uint64_t product = 0;
            for (int stage = 0; stage < stages && a != 0 && w != 0; ++stage) {
              const int k = leading_one(a);
              const int l = leading_one(w);
              const uint64_t residue = w - (uint64_t{1} << l);
              product += (a << l) + (residue << k);
              a -= uint64_t{1} << k;
              w = residue;
            }
            return product;
          },
          text + fmt::format("  assign p = {};\n", sum) + deliberately_unused({fmt::format("a{}", stages)})};
}

const FamilyRegistration kRegistration{
    {"iterative_log",
     "2^k w + 2^l (a - 2^k) with the leading ones at k and l, and the same for the residues a - 2^k and "
     "w - 2^l as many times as there are corrections",
     "Z. Babic, A. Avramovic and P. Bulic, An iterative logarithmic multiplier, Microprocessors and Microsystems "
     "35(1), 2011",
     iterative_log_parameters, iterative_log_core}};

}  // namespace
}  // namespace faultline::hw
