#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/logarithm.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

/// The adder of the fractions. They have 2 h + 1 bits of which an operand with its leading one at position k uses the k
/// upper ones. Where both leading ones lie at or below h the lower half of the adder is free: it adds the upper halves
/// a second time, and a sum bit on which the two disagree is set to 0.
std::string checked_adder_text(int bits) {
  const int half = (bits - 2) / 2;
  const int position = count_bits(bits - 1);
  return fmt::format(
      "  // adder of the fractions, its free half repeating the sum of the upper halves\n"
      "  logic free;\n  assign free = a_position <= {0}'d{1} && w_position <= {0}'d{1};\n"
      "  logic [{2}:0] a_low, w_low;\n"
      "  assign a_low = free ? a_fraction[{4}:{3}] : a_fraction[{2}:0];\n"
      "  assign w_low = free ? w_fraction[{4}:{3}] : w_fraction[{2}:0];\n"
      "  logic [{1}:0] low;\n  assign low = {{1'b0, a_low}} + {{1'b0, w_low}};\n"
      "  logic [{3}:0] high;\n"
      "  assign high = {{1'b0, a_fraction[{4}:{1}]}} + {{1'b0, w_fraction[{4}:{1}]}} + {{{3}'b0, low[{1}] & ~free}};\n"
      "  logic [{1}:0] agree;\n  assign agree = free ? ~(low ^ high[{3}:1]) : {{{3}{{1'b1}}}};\n"
      "  logic carry;\n  logic [{5}:0] fraction;\n"
      "  assign {{carry, fraction}} = {{high[{3}:1] & agree, high[0], free ? {1}'b0 : low[{2}:0]}};\n"
      "  logic [{0}:0] characteristic;\n"
      "  assign characteristic = {{1'b0, a_position}} + {{1'b0, w_position}} + {{{0}'b0, carry}};\n",
      position, half, half - 1, half + 1, 2 * half, bits - 2);
}

MultiplierCircuit self_checking_log_core(int bits, const FamilyValues& /*values*/) {
  return {[bits](uint64_t a, uint64_t w) { return mitchell_product(a, w, bits); },
          logarithm_text("a", bits) + logarithm_text("w", bits) + checked_adder_text(bits) + antilogarithm_text(bits)};
}

/// In the manner of AdAM, not a copy of its circuit: without a fault the products are Mitchell's; the adder's unused
/// part checks it, and faulty bits of the sum become 0.
const FamilyRegistration kRegistration{
    {"self_checking_log",
     "Mitchell's product; the unused half of the fraction adder repeats the sum where both leading "
     "ones are low, and bits that disagree are set to 0",
     "after M. Taheri et al., AdAM: adaptive approximate multiplier for fault tolerance in DNN accelerators, IEEE "
     "TDMR 25(1), 2025",
     [](int) { return std::vector<FamilyParameter>{}; }, self_checking_log_core}};

}  // namespace
}  // namespace faultline::hw
