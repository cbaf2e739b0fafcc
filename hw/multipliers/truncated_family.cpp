#include <algorithm>

#include "hw/multipliers/partial_product_array.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> truncated_parameters(int bits) {
  return {{"k", "partial-product columns left out, from the least significant one", 0, 2 * bits - 1, bits / 2}};
}

MultiplierCircuit truncated_core(int bits, const FamilyValues& values) {
  std::vector<int> lowest;
  for (int row = 0; row < bits; ++row) {
    lowest.push_back(std::clamp(values[0] - row, 0, bits));
  }
  return partial_product_array(bits, lowest);
}

/// No correction is added for the missing columns, so the error is never positive.
const FamilyRegistration kRegistration{
    {"truncated", "sum of the partial-product bits a[j] w[i] 2^(i+j) with i + j >= k",
     "M. J. Schulte and E. E. Swartzlander, Truncated multiplication with correction constant, VLSI Signal Processing "
     "VI, 1993 (the constant is left out)",
     truncated_parameters, truncated_core}};

}  // namespace
}  // namespace faultline::hw
