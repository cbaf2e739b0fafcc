#include "hw/multipliers/compressor_tree.h"

namespace faultline::hw {
namespace {

uint32_t dadda_momeni_outputs(uint32_t in) {
  const uint32_t x0 = in & 1, x1 = (in >> 1) & 1, x2 = (in >> 2) & 1, x3 = (in >> 3) & 1;
  const uint32_t sum = (x0 ^ x1 ^ 1) | (x2 ^ x3 ^ 1);
  const uint32_t carry = (x0 | x1) & (x2 | x3);
  return sum | (carry << 1);
}

/// The second of the paper's compressors: wrong for 4 of its 16 inputs, among them 0000, which gives 1, so that a
/// product with 0 need not be 0.
const FamilyRegistration kRegistration{
    {"dadda_momeni",
     "Dadda tree of 4:2 compressors; in the low columns sum = ~(x1 ^ x2) | ~(x3 ^ x4), carry = (x1 | x2) "
     "& (x3 | x4)",
     "A. Momeni, J. Han, P. Montuschi and F. Lombardi, Design and analysis of approximate compressors for "
     "multiplication, IEEE Transactions on Computers 64(4), 2015 (design 2)",
     compressor_tree_parameters, [](int bits, const FamilyValues& values) {
       return compressor_tree(bits, values[0],
                              {dadda_momeni_outputs, {"~({0} ^ {1}) | ~({2} ^ {3})", "({0} | {1}) & ({2} | {3})"}});
     }}};

}  // namespace
}  // namespace faultline::hw
