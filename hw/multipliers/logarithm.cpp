#include "hw/multipliers/logarithm.h"

#include <fmt/format.h>

#include "hw/multipliers/leading_one.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {

uint64_t mitchell_product(uint64_t a, uint64_t w, int bits) {
  if (a == 0 || w == 0) {
    return 0;
  }
  const int places = bits - 1;
  const auto logarithm = [places](uint64_t operand) {
    const int position = leading_one(operand);
    return (static_cast<uint64_t>(position) << places) + ((operand - (uint64_t{1} << position)) << (places - position));
  };
  const uint64_t sum = logarithm(a) + logarithm(w);
  const uint64_t one = uint64_t{1} << places;
  return ((one + (sum & (one - 1))) << (sum >> places)) >> places;
}

std::string logarithm_text(const std::string& name, int bits) {
  const int width = count_bits(bits - 1);
  const auto choose = [&](int position) {
    return fmt::format("{0}_position = {1}'d{2}; {0}_fraction = {{{0}[{3}:0]{4}}};", name, width, position,
                       position - 1, then_zeros(bits - 1 - position));
  };
  return fmt::format("  logic [{}:0] {}_position;\n  logic [{}:0] {}_fraction;\n", width - 1, name, bits - 2, name) +
         by_leading_one(name, bits, 1, choose,
                        fmt::format("{0}_position = {1}'d0; {0}_fraction = {2}'d0;", name, width, bits - 1));
}

std::string antilogarithm_text(int bits) {
  const int width = count_bits(bits - 1) + 1;
  // Below 2^(bits - 1) the bits that a right shift drops are 0, so that the product is never rounded.
  return fmt::format(
      "  logic [{0}:0] mantissa;\n  assign mantissa = {{{1}'b01, fraction}};\n"
      "  assign p = a == {2}'d0 || w == {2}'d0 ? {3}'d0\n"
      "    : characteristic >= {4}'d{5} ? mantissa << (characteristic - {4}'d{5})\n"
      "    : mantissa >> ({4}'d{5} - characteristic);\n",
      2 * bits - 1, bits + 1, bits, 2 * bits, width, bits - 1);
}

}  // namespace faultline::hw
