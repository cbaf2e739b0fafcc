#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/multipliers/family.h"

namespace faultline::hw {

/// A cell of a reduction tree: some bits of one column in, a sum bit of that column and carries into the next one out.
struct TreeCell {
  uint32_t (*outputs)(uint32_t inputs);  ///< both as bits of a word; bit 0 of the outputs is the sum
  std::vector<std::string> expressions;  ///< one per output: SystemVerilog in which {0}, {1}, ... are the inputs
};

/// An approximate 4:2 compressor without carry in or out: four bits in, sum and one carry out.
using ApproximateCompressor = TreeCell;

/// A Dadda tree of 4:2 compressors over the partial-product bits of a multiplier, down to two rows that are then added.
/// Each stage halves the tallest column. In the `approximate_columns` least significant columns the compressors are
/// `compressor`, elsewhere two chained full adders with a carry chain between columns.
MultiplierCircuit compressor_tree(int bits, int approximate_columns, const ApproximateCompressor& compressor);

/// The parameter of the families that are made of such trees.
std::vector<FamilyParameter> compressor_tree_parameters(int bits);

}  // namespace faultline::hw
