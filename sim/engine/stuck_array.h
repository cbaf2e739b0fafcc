#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/systolic/grid_config.h"
#include "sim/engine/operand_types.h"
#include "sim/engine/sparse_matrix.h"
#include "sim/engine/stuck_bits.h"

namespace faultline::engine {

/// A processing element as permanent faults leave it, where operands are Code: int8_t, or int16_t where they are wide.
/// A word that is narrower than its type is held sign-extended; a bit that is stuck at its top is stuck above it too.
template <typename Code>
struct StuckElement {
  using Operand = StuckBits<std::make_unsigned_t<Code>>;

  Operand eastward;  ///< in the operand from the west as it arrives: the registers that it came through
  Operand other;     ///< in the operand that it meets: the stationary register, or those that it came through
  StuckBits<std::make_unsigned_t<ProductOf<Code>>> product;  ///< on the wire
  StuckBits<std::make_unsigned_t<SumOf<Code>>> sum;          ///< in `psum` or `accumulator`

  bool multiplies_wrong() const { return eastward.any() || other.any() || product.any(); }
};

/// One that multiplies wrong, and its column.
template <typename Code>
struct WrongElement {
  int column;
  StuckElement<Code> at;
};

/// The array under a map of permanent faults: stuck-at bits of products, operands and sums from the first cycle to the
/// end of the run.
template <typename Code>
class StuckArray {
 public:
  using Sum = SumOf<Code>;
  using Element = StuckElement<Code>;

  /// Nothing when some fault is of another kind: another field, not permanent, or a bit that is stuck at both values.
  static std::optional<StuckArray> of(const std::vector<hw::Fault>& faults, const hw::StateTable& table,
                                      const hw::GridConfig& grid);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  const Element& element(int row, int column) const {
    return elements_[static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column)];
  }
  /// The elements of a row that multiply wrong, from west to east, without those in columns of wrong_sums().
  const std::vector<WrongElement<Code>>& wrong_products(int row) const {
    return wrong_products_[static_cast<size_t>(row)];
  }
  /// Columns with a stuck sum, whose sums must be followed element by element.
  const std::vector<int>& wrong_sums() const { return wrong_sums_; }

  /// A product at an element, with its faults; the operand from the west first.
  template <typename Multiply>
  static ProductOf<Code> product(const Element& at, Code eastward, Code other, Multiply multiply) {
    return at.product.of(multiply(at.eastward.of(eastward), at.other.of(other)));
  }

  /// Output-stationary: what an accumulator holds before the first product of a tile. `fresh`: nothing has been drained
  /// yet.
  Sum empty_accumulator(int row, int column, bool fresh) const;
  /// Output-stationary: a sum of `row` after it has passed the rows below.
  Sum drained(int row, int column, Sum sum) const;

  /// True when some register whose golden value at the end of every run is 0 is left with another one: operands that
  /// move, and sums.
  bool leaves_residue() const { return leaves_residue_; }
  /// The stationary operand's own stuck bits, or in output-stationary none.
  bool stuck_stationary() const { return stuck_stationary_; }

 private:
  StuckArray(const hw::GridConfig& grid, const std::vector<Element>& registers);

  void pass_operands(const std::vector<Element>& registers);
  void list_columns();
  void find_residue(const std::vector<Element>& registers);

  Element& place(int row, int column) {
    return elements_[static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column)];
  }

  int rows_, columns_;
  bool output_stationary_;
  bool leaves_residue_ = false;
  bool stuck_stationary_ = false;
  std::vector<Element> elements_;
  std::vector<std::vector<WrongElement<Code>>> wrong_products_;  ///< by row
  std::vector<int> wrong_sums_;
};

}  // namespace faultline::engine
