#include <fmt/format.h>

#include "hw/multipliers/family.h"

namespace faultline::hw {
namespace {

MultiplierCircuit unsigned_core(int bits, const FamilyValues& /*values*/) {
  return {[](uint64_t a, uint64_t w) { return a * w; },
          fmt::format("  assign p = {{{0}'b0, a}} * {{{0}'b0, w}};\n", bits)};
}

MultiplierCircuit signed_core(int bits, const FamilyValues& /*values*/) {
  const auto extend = [bits](uint64_t pattern) {
    return pattern | ((pattern >> (bits - 1)) != 0 ? ~uint64_t{0} << bits : 0);
  };
  return {[extend](uint64_t a, uint64_t w) { return extend(a) * extend(w); },
          fmt::format("  // signed, so that synthesis sees a multiplier of the operands' own width\n"
                      "  assign p = $signed({{{{{0}{{a[{1}]}}}}, a}}) * $signed({{{{{0}{{w[{1}]}}}}, w}});\n",
                      bits, bits - 1)};
}

/// The product operator, left to the synthesis tool.
const FamilyRegistration kRegistration{{"exact", "the arithmetic product", "none: the operator of the language",
                                        [](int) { return std::vector<FamilyParameter>{}; }, unsigned_core, signed_core,
                                        true}};

}  // namespace
}  // namespace faultline::hw
