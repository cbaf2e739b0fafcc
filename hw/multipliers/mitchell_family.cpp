#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/logarithm.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

MultiplierCircuit mitchell_core(int bits, const FamilyValues& /*values*/) {
  return {[bits](uint64_t a, uint64_t w) { return mitchell_product(a, w, bits); },
          logarithm_text("a", bits) + logarithm_text("w", bits) +
              fmt::format("  logic [{0}:0] characteristic;\n  logic [{1}:0] fraction;\n"
                          "  assign {{characteristic, fraction}} =\n"
                          "    {{1'b0, a_position, a_fraction}} + {{1'b0, w_position, w_fraction}};\n",
                          count_bits(bits - 1), bits - 2) +
              antilogarithm_text(bits)};
}

const FamilyRegistration kRegistration{
    {"mitchell", "antilogarithm of the sum of the logarithms, log2(2^k (1 + x)) taken as k + x",
     "J. N. Mitchell, Computer multiplication and division using binary logarithms, IRE Transactions on Electronic "
     "Computers EC-11(4), 1962",
     [](int) { return std::vector<FamilyParameter>{}; }, mitchell_core}};

}  // namespace
}  // namespace faultline::hw
