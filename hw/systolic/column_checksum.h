#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hw/common/state_register.h"
#include "hw/systolic/edge_vector.h"
#include "hw/systolic/grid_config.h"

namespace faultline::hw {

/// One checksum over the columns of an array, K. H. Huang and J. A. Abraham, "Algorithm-Based Fault Tolerance for
/// Matrix Operations", IEEE Trans. Computers C-33(6), 1984: a column of its own to the east of the array multiplies by
/// the sum of what enters all columns from the north, so that its result is the sum of all columns' results. Modulo
/// 2^s, s being the width of sums: the array may wrap.
///
/// Registers, `protection.checksum.<name>.*`: `north_sum[c]` adds up the operands of columns 0 to c as they come, one
/// column a cycle, `south_sum[c]` likewise the sums of the bottom row; the column has `next[r]`, `held[r]`
/// (output-stationary: `streaming[r]`, but for the last row, whose operand nobody reads) and `expected[r]`; `syndrome`
/// is the difference of the two results.
class ColumnChecksum {
 public:
  /// What the unit shows to the column in one cycle, delayed to where column C would see it.
  struct Inputs {
    const OperandEdge& north;  ///< not delayed: the sum goes along the columns with it
    const SumEdge& south;      ///< likewise
    const int16_t* moving;     ///< R operands from the west, 0 where they are not valid
    const uint8_t* load;       ///< R bits; not in output-stationary
    bool shift;
    bool drain;
  };

  /// `weighted`: column c counts c + 1 times, otherwise once.
  ColumnChecksum(const GridConfig& config, StateTable& table, const std::string& name, bool weighted);

  /// One rising edge.
  void step(const Inputs& inputs) const;

  /// Sums of the array minus what they must be, signed, for the vector that left the last column two cycles before.
  int64_t syndrome() const { return syndrome_.get(); }

  /// How often column `column` counts.
  static int weight(bool weighted, int column) { return weighted ? column + 1 : 1; }
  /// The only one of `columns` columns whose error alone explains the syndromes of both checks, or nothing.
  static std::optional<int> wrong_column(int64_t plain, int64_t weighted, int columns, int sum_bits);
  /// Bits that hold any sum of operands over the columns.
  static int north_bits(const GridConfig& config, bool weighted);

 private:
  void step_held(const Inputs& inputs) const;
  void step_streaming(const Inputs& inputs) const;
  void add_north(const OperandEdge& north) const;
  void add_south(const SumEdge& south) const;

  int rows_;
  int columns_;
  bool streams_;
  bool weighted_;
  StateRegister<int32_t> north_sum_;
  StateRegister<int32_t> next_, held_;  ///< not in output-stationary
  StateRegister<int32_t> streaming_;    ///< only in output-stationary, and with more than one row
  StateRegister<int64_t> expected_, south_sum_, syndrome_;
};

}  // namespace faultline::hw
