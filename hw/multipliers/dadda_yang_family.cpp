#include <algorithm>

#include "hw/multipliers/compressor_tree.h"

namespace faultline::hw {
namespace {

uint32_t dadda_yang_outputs(uint32_t in) {
  const uint32_t ones = (in & 1) + ((in >> 1) & 1) + ((in >> 2) & 1) + ((in >> 3) & 1);
  return std::min<uint32_t>(ones, 3);
}

/// Two output bits cannot say 4; every other count is exact.
const FamilyRegistration kRegistration{
    {"dadda_yang", "Dadda tree of 4:2 compressors; in the low columns 2 carry + sum = min(x1 + x2 + x3 + x4, 3)",
     "Z. Yang, J. Han and F. Lombardi, Approximate compressors for error-resilient multiplier design, DFTS 2015",
     compressor_tree_parameters, [](int bits, const FamilyValues& values) {
       return compressor_tree(bits, values[0],
                              {dadda_yang_outputs,
                               {"({0} ^ {1} ^ {2} ^ {3}) | ({0} & {1} & {2} & {3})",
                                "({0} & {1}) | ({2} & {3}) | (({0} | {1}) & ({2} | {3}))"}});
     }}};

}  // namespace
}  // namespace faultline::hw
