#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

/// The inaccurate 2x2 block: exact but for 3 x 3 = 7, so that three bits hold its product.
uint64_t block(uint64_t a, uint64_t w) {
  return a == 3 && w == 3 ? 7 : a * w;
}

MultiplierCircuit underdesigned_core(int bits, const FamilyValues& /*values*/) {
  std::string text;
  std::string sum;
  for (int i = 0; i < bits; i += 2) {
    for (int j = 0; j < bits; j += 2) {
      text += fmt::format(
          "  logic [2:0] block{0}_{1};\n  assign block{0}_{1} =\n"
          "    {{a[{2}] & w[{3}], (a[{2}] & w[{1}]) | (a[{0}] & w[{3}]), a[{0}] & w[{1}]}};\n",
          i, j, i + 1, j + 1);
      sum += fmt::format("{}{{{}block{}_{}{}}}", sum.empty() ? "" : "\n    + ", zeros_then(2 * bits - 3 - i - j), i, j,
                         then_zeros(i + j));
    }
  }
  return {[bits](uint64_t a, uint64_t w) {
            uint64_t product = 0;
            for (int i = 0; i < bits; i += 2) {
              for (int j = 0; j < bits; j += 2) {
                product += block((a >> i) & 3, (w >> j) & 3) << (i + j);
              }
            }
            return product;
          },
          text + fmt::format("  assign p = {};\n", sum)};
}

/// Products of 2-bit digits by the inaccurate block, added exactly.
const FamilyRegistration kRegistration{{"underdesigned", "sum of 2x2-bit products in which 3 x 3 gives 7",
                                        "P. Kulkarni, P. Gupta and M. Ercegovac, Trading accuracy for power with an "
                                        "underdesigned multiplier architecture, "
                                        "VLSI Design 2011",
                                        [](int) { return std::vector<FamilyParameter>{}; }, underdesigned_core}};

}  // namespace
}  // namespace faultline::hw
