#pragma once

#include <vector>

#include "hw/multipliers/family.h"

namespace faultline::hw {

/// An array multiplier without some of its partial-product bits: row i is a 2^i where bit i of the weight is 1, less
/// the bits of the activation below lowest[i] (at least the operand width: the whole row is left out).
MultiplierCircuit partial_product_array(int bits, const std::vector<int>& lowest);

/// SystemVerilog that declares and drives row<i> as above, as wide as the product, for the rows that are not left out.
std::string partial_product_rows(int bits, const std::vector<int>& lowest);

}  // namespace faultline::hw
