#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/systolic/grid_config.h"
#include "sim/engine/stuck_bits.h"

namespace faultline::engine {

/// A processing element as permanent faults leave it.
struct StuckElement {
  StuckBits<uint8_t> eastward;  ///< in the operand from the west as it arrives: the registers that it came through
  StuckBits<uint8_t> other;  ///< in the operand that it meets: the stationary register, or those that it came through
  StuckBits<uint16_t> product;  ///< on the wire
  StuckBits<uint32_t> sum;      ///< in `psum` or `accumulator`

  bool multiplies_wrong() const { return eastward.any() || other.any() || product.any(); }
};

/// One that multiplies wrong, and its column.
struct WrongElement {
  int column;
  StuckElement at;
};

/// The array under a map of permanent faults: stuck-at bits of products, operands and sums from the first cycle to the
/// end of the run.
class StuckArray {
 public:
  /// Nothing when some fault is of another kind: another field, not permanent, or a bit that is stuck at both values.
  static std::optional<StuckArray> of(const std::vector<hw::Fault>& faults, const hw::StateTable& table,
                                      const hw::GridConfig& grid);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  const StuckElement& element(int row, int column) const {
    return elements_[static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column)];
  }
  /// The elements of a row that multiply wrong, from west to east, without those in columns of wrong_sums().
  const std::vector<WrongElement>& wrong_products(int row) const { return wrong_products_[static_cast<size_t>(row)]; }
  /// Columns with a stuck sum, whose sums must be followed element by element.
  const std::vector<int>& wrong_sums() const { return wrong_sums_; }

  /// A product at an element, with its faults; the operand from the west first.
  template <typename Multiply>
  static int16_t product(const StuckElement& at, int8_t eastward, int8_t other, Multiply multiply) {
    return at.product.of(multiply(at.eastward.of(eastward), at.other.of(other)));
  }

  /// Output-stationary: what an accumulator holds before the first product of a tile. `fresh`: nothing has been drained
  /// yet.
  int32_t empty_accumulator(int row, int column, bool fresh) const;
  /// Output-stationary: a sum of `row` after it has passed the rows below.
  int32_t drained(int row, int column, int32_t sum) const;

  /// True when some register whose golden value at the end of every run is 0 is left with another one: operands that
  /// move, and sums.
  bool leaves_residue() const { return leaves_residue_; }
  /// The stationary operand's own stuck bits, or in output-stationary none.
  bool stuck_stationary() const { return stuck_stationary_; }

 private:
  StuckArray(const hw::GridConfig& grid, const std::vector<StuckElement>& registers);

  void pass_operands(const std::vector<StuckElement>& registers);
  void list_columns();
  void find_residue(const std::vector<StuckElement>& registers);

  StuckElement& place(int row, int column) {
    return elements_[static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column)];
  }

  int rows_, columns_;
  bool output_stationary_;
  bool leaves_residue_ = false;
  bool stuck_stationary_ = false;
  std::vector<StuckElement> elements_;
  std::vector<std::vector<WrongElement>> wrong_products_;  ///< by row
  std::vector<int> wrong_sums_;
};

}  // namespace faultline::engine
