#include "hw/multipliers/partial_product_array.h"

namespace faultline::hw {
namespace {

std::vector<FamilyParameter> perforated_parameters(int bits) {
  return {{"first", "first partial product (bit of the weight) left out", 0, bits - 1, 0},
          {"rows", "how many successive partial products are left out", 0, bits, 2}};
}

MultiplierCircuit perforated_core(int bits, const FamilyValues& values) {
  const int first = values[0];
  const int end = first + values[1];
  std::vector<int> lowest;
  for (int row = 0; row < bits; ++row) {
    lowest.push_back(row >= first && row < end ? bits : 0);
  }
  return partial_product_array(bits, lowest);
}

/// Rows belong to bits of the weight: M(a, w) = a (w without bits first .. first + rows - 1). It does not commute.
const FamilyRegistration kRegistration{
    {"perforated", "sum of the partial products a w[i] 2^i without i = first .. first + rows - 1",
     "G. Zervakis, K. Tsoumanis, S. Xydis, D. Soudris and K. Pekmestzi, Design-efficient approximate multiplication "
     "circuits through partial product perforation, IEEE TVLSI 24(10), 2016",
     perforated_parameters, perforated_core}};

}  // namespace
}  // namespace faultline::hw
