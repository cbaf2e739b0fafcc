#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/leading_one.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

/// Exponent of the power of two that an operand (not 0) is rounded to: up from 1.5 times a power on, but 3 down to 2.
int rounded_exponent(uint64_t operand) {
  const int position = leading_one(operand);
  const bool up = position >= 2 && ((operand >> (position - 1)) & 1) != 0;
  return up ? position + 1 : position;
}

std::string exponent_text(const std::string& operand, int bits) {
  const int width = count_bits(bits);
  const auto choose = [&](int position) {
    return position == 1 ? fmt::format("{}_exponent = {}'d1;", operand, width)
                         : fmt::format("{0}_exponent = {0}[{1}] ? {2}'d{3} : {2}'d{4};", operand, position - 1, width,
                                       position + 1, position);
  };
  return fmt::format("  logic [{}:0] {}_exponent;\n", width - 1, operand) +
         by_leading_one(operand, bits, 1, choose, fmt::format("{}_exponent = {}'d0;", operand, width));
}

MultiplierCircuit roba_core(int bits, const FamilyValues& /*values*/) {
  return {[](uint64_t a, uint64_t w) -> uint64_t {
            if (a == 0 || w == 0) {
              return 0;
            }
            const int a_exponent = rounded_exponent(a);
            const int w_exponent = rounded_exponent(w);
            return (w << a_exponent) + (a << w_exponent) - (uint64_t{1} << (a_exponent + w_exponent));
          },
          exponent_text("a", bits) + exponent_text("w", bits) +
              fmt::format("  logic [{0}:0] both;\n  assign both = {{1'b0, a_exponent}} + {{1'b0, w_exponent}};\n"
                          "  assign p = a == {1}'d0 || w == {1}'d0 ? {2}'d0\n"
                          "    : ({{{1}'b0, w}} << a_exponent) + ({{{1}'b0, a}} << w_exponent) - ({2}'d1 << both);\n",
                          count_bits(bits), bits, 2 * bits)};
}

/// The signed version is S-RoBA: exact negation around the unsigned core.
const FamilyRegistration kRegistration{
    {"roba", "A w + a W - A W with A and W the powers of two nearest to a and w",
     "R. Zendegani, M. Kamal, M. Bahadori, A. Afzali-Kusha and M. Pedram, RoBA multiplier: a rounding-based "
     "approximate "
     "multiplier for high-speed yet energy-efficient digital signal processing, IEEE TVLSI 25(2), 2017",
     [](int) { return std::vector<FamilyParameter>{}; }, roba_core}};

}  // namespace
}  // namespace faultline::hw
