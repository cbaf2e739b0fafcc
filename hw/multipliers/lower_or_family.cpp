#include <fmt/format.h>

#include "hw/multipliers/family.h"
#include "hw/multipliers/partial_product_array.h"
#include "hw/multipliers/statement_text.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> lower_or_parameters(int bits) {
  return {{"k", "product columns that are ORed instead of added", 0, 2 * bits - 1, bits / 2}};
}

/// The lower-part-OR adder: bits below k are ORed; the carry into bit k is the AND of both bits k - 1.
uint64_t lower_or_sum(uint64_t x, uint64_t y, int k) {
  const uint64_t lower = (uint64_t{1} << k) - 1;
  const uint64_t carry = k == 0 ? 0 : (x >> (k - 1)) & (y >> (k - 1)) & 1;
  return (((x >> k) + (y >> k) + carry) << k) | ((x | y) & lower);
}

std::string adder(const std::string& sum, const std::string& x, const std::string& y, int width, int k) {
  if (k == 0) {
    return fmt::format("  assign {} = {} + {};\n", sum, x, y);
  }
  const int upper = width - k;
  return fmt::format(
      "  assign {0}[{1}:0] = {2}[{1}:0] | {3}[{1}:0];\n"
      "  assign {0}[{4}:{5}] = {2}[{4}:{5}] + {3}[{4}:{5}] + {{{6}{2}[{1}] & {3}[{1}]}};\n",
      sum, k - 1, x, y, width - 1, k, zeros_then(upper - 1));
}

MultiplierCircuit lower_or_core(int bits, const FamilyValues& values) {
  const int k = values[0];
  const int width = 2 * bits;
  std::string text = partial_product_rows(bits, std::vector<int>(static_cast<size_t>(bits), 0));
  std::string sum = "row0";
  for (int row = 1; row < bits; ++row) {
    const std::string next = row == bits - 1 ? "p" : fmt::format("sum{}", row);
    text += row == bits - 1 ? "" : fmt::format("  logic [{}:0] {};\n", width - 1, next);
    text += adder(next, sum, fmt::format("row{}", row), width, k);
    sum = next;
  }
  return {[bits, k](uint64_t a, uint64_t w) {
            uint64_t product = (w & 1) * a;
            for (int row = 1; row < bits; ++row) {
              product = lower_or_sum(product, ((w >> row) & 1) * (a << row), k);
            }
            return product;
          },
          text};
}

/// The partial products are added one after the other, each by a lower-part-OR adder whose lower part ends at the same
/// product column k.
const FamilyRegistration kRegistration{
    {"lower_or",
     "partial products added by lower-part-OR adders: the k low columns ORed, carry into column k = AND of "
     "both bits k - 1",
     "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie and C. Lucas, Bio-inspired imprecise computational blocks for "
     "efficient "
     "VLSI implementation of soft-computing applications, IEEE TCAS-I 57(4), 2010 (the adder)",
     lower_or_parameters, lower_or_core}};

}  // namespace
}  // namespace faultline::hw
