#include <algorithm>

#include "hw/multipliers/partial_product_array.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> broken_array_parameters(int bits) {
  return {{"h", "horizontal break level: rows (bits of the weight) left out, from the least significant one", 0, bits,
           bits / 4},
          {"v", "vertical break level: columns left out, from the least significant one", 0, 2 * bits - 1, bits / 2}};
}

MultiplierCircuit broken_array_core(int bits, const FamilyValues& values) {
  std::vector<int> lowest;
  for (int row = 0; row < bits; ++row) {
    lowest.push_back(row < values[0] ? bits : std::clamp(values[1] - row, 0, bits));
  }
  return partial_product_array(bits, lowest);
}

/// The cells of the array above the horizontal and right of the vertical break level are left out, their outputs 0.
const FamilyRegistration kRegistration{{"broken_array",
                                        "sum of the partial-product bits a[j] w[i] 2^(i+j) with i >= h and i + j >= v",
                                        "H. R. Mahdiani, A. Ahmadi, S. M. Fakhraie and C. Lucas, Bio-inspired "
                                        "imprecise computational blocks for efficient "
                                        "VLSI implementation of soft-computing applications, IEEE TCAS-I 57(4), 2010",
                                        broken_array_parameters, broken_array_core}};

}  // namespace
}  // namespace faultline::hw
