#include <regex>

#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

/// By how many bits the circuit is wider than its operands, which stand in its upper bits: 8-bit ones in 12 bits.
constexpr int kPlaces = 4;

/// The statements of a core with the names that are taken here, such as a, changed, to wide_a.
std::string with_wide_names(const std::string& statements) {
  static const std::regex kNames(R"(\b(a|w|p|unused)\b)");
  return std::regex_replace(statements, kNames, "wide_$1");
}

MultiplierCircuit shifted_core(const std::string& base, int bits, const FamilyValues& values) {
  const int wide = bits + kPlaces;
  const MultiplierCircuit circuit = find_multiplier_family(base)->unsigned_core(wide, values);
  const uint64_t mask = (uint64_t{1} << (2 * wide)) - 1;
  return {[product = circuit.product, mask](uint64_t a, uint64_t w) {
            return (product(a << kPlaces, w << kPlaces) & mask) >> (2 * kPlaces);
          },
          fmt::format("  logic [{0}:0] wide_a, wide_w;\n  logic [{1}:0] wide_p;\n"
                      "  assign wide_a = {{a{2}}};\n  assign wide_w = {{w{2}}};\n  assign p = wide_p[{1}:{3}];\n",
                      wide - 1, 2 * wide - 1, then_zeros(kPlaces), 2 * kPlaces) +
              with_wide_names(circuit.statements) + deliberately_unused({"wide_p"})};
}

/// A family in which operands stand in the upper bits of a wider circuit of another family. Its parameters are those of
/// the wider circuit.
MultiplierFamily shifted(const std::string& base, const std::string& reference) {
  return {"shifted_" + base,
          fmt::format("{0} of operands with {1} more bits: they enter shifted left by {1}, the product leaves shifted "
                      "right by {2}",
                      base, kPlaces, 2 * kPlaces),
          reference, [base](int bits) { return find_multiplier_family(base)->parameters(bits + kPlaces); },
          [base](int bits, const FamilyValues& values) { return shifted_core(base, bits, values); }};
}

const FamilyRegistration kDrum{shifted("drum", "the wider circuit: Hashemi et al., ICCAD 2015")};
const FamilyRegistration kMitchell{shifted("mitchell", "the wider circuit: Mitchell, IRE-EC 11(4), 1962")};
const FamilyRegistration kTruncated{
    shifted("truncated", "the wider circuit: Schulte and Swartzlander, VLSI Signal Processing VI, 1993")};

}  // namespace
}  // namespace faultline::hw
