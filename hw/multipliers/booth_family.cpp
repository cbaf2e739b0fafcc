#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> booth_parameters(int bits) {
  return {
      {"k", "columns of the recoded partial products left out, from the least significant one", 0, 2 * bits - 1, 0}};
}

/// A Booth multiplier of `bits` x `bits` operands that are read as `extended`-bit two's complement numbers (wider by
/// two for unsigned operands), modulo 2^(2 bits). The partial product of digit i is digit a 4^i in ones' complement
/// when the digit is negative, and `negative` 4^i is added apart.
struct Booth {
  int bits;
  int extended;
  int k;
  bool is_signed;

  uint64_t extend(uint64_t operand) const {
    return is_signed && (operand >> (bits - 1)) != 0 ? operand | (~uint64_t{0} << bits) : operand;
  }

  uint64_t product(uint64_t activation, uint64_t weight) const {
    const uint64_t kept = ~uint64_t{0} << k;
    const uint64_t a = extend(activation);
    const uint64_t w = extend(weight) << 1;
    uint64_t sum = 0;
    for (int i = 0; i < extended; i += 2) {
      const uint64_t digit = (w >> i) & 7;
      const bool one = ((digit ^ (digit >> 1)) & 1) != 0;
      const bool two = digit == 3 || digit == 4;
      const bool negative = digit >= 4 && digit != 7;
      const uint64_t multiple = one ? a : two ? a << 1 : 0;
      sum += ((negative ? ~multiple : multiple) << i) & kept;
      sum += (uint64_t{negative} << i) & kept;
    }
    return sum;
  }

  std::string statements() const {
    const int width = 2 * bits;
    const std::string sign = is_signed ? fmt::format("{{{}{{a[{}]}}}}", bits, bits - 1) : fmt::format("{}'b0", bits);
    std::string text = fmt::format(
        "  logic [{0}:0] once, twice;\n  assign once = {{{1}, a}};\n  assign twice = {{once[{2}:0], 1'b0}};\n"
        "  logic [{3}:0] recoded;\n  assign recoded = {{{4}w, 1'b0}};\n",
        width - 1, sign, width - 2, extended, is_signed ? "" : "2'b0, ");
    std::string sum;
    for (int i = 0; i < extended && i < width; i += 2) {
      text += row(i);
      sum += fmt::format("{}row{}", sum.empty() ? "" : " + ", i);
      if (i >= k) {
        sum += fmt::format(" + {{{}negative{}{}}}", zeros_then(width - 1 - i), i, then_zeros(i));
      }
    }
    return text + fmt::format("  assign p = {};\n", sum) + deliberately_unused({"once", "twice", "recoded"});
  }

 private:
  std::string row(int i) const {
    const int width = 2 * bits;
    const int low = i < k ? k - i : 0;  // first bit of the multiple whose column is kept
    std::string text =
        fmt::format("  logic negative{0};\n  assign negative{0} = recoded[{2}] & ~(recoded[{1}] & recoded[{0}]);\n", i,
                    i + 1, i + 2);
    text += fmt::format(
        "  logic [{0}:0] multiple{1};\n  assign multiple{1} = recoded[{2}] ^ recoded[{1}] ? once\n"
        "    : recoded[{3}] ^ recoded[{2}] ? twice : {4}'b0;\n",
        width - 1, i, i + 1, i + 2, width);
    text += fmt::format(
        "  logic [{0}:0] row{1};\n  assign row{1} = {{multiple{1}[{2}:{3}] ^ {{{4}{{negative{1}}}}}{5}}};\n", width - 1,
        i, width - 1 - i, low, width - i - low, then_zeros(i + low));
    return text + (i == 0 && low == 0
                       ? ""
                       : fmt::format("  logic unused{0};\n  assign unused{0} = ^{{multiple{0}, negative{0}}};\n", i));
  }
};

MultiplierCircuit circuit(const Booth& booth) {
  return {[booth](uint64_t a, uint64_t w) { return booth.product(a, w); }, booth.statements()};
}

/// Radix 4: one partial product per two bits of the weight. With k = 0 it is exact.
const FamilyRegistration kRegistration{
    {"booth", "sum of the radix-4 Booth partial products of the weight, without the bits of columns below k",
     "O. L. MacSorley, High-speed arithmetic in binary computers, Proceedings of the IRE 49(1), 1961; the truncation: "
     "K.-J. Cho et al., Design of low-error fixed-width modified Booth multiplier, IEEE TVLSI 12(5), 2004",
     booth_parameters,
     [](int bits, const FamilyValues& values) {
       return circuit({bits, bits + 2, values[0], false});
     },
     [](int bits, const FamilyValues& values) {
       return circuit({bits, bits, values[0], true});
     }}};

}  // namespace
}  // namespace faultline::hw
