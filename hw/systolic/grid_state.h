#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "hw/common/state_table.h"
#include "hw/systolic/grid_config.h"

namespace faultline::hw {

/// The registers and the wire of a grid as fields "array.pe[*][*].<name>" of a state table (docs/hardware.md, "Grid").
///
/// Every implementation of the grid stores its state here, so that all have the same fields. Members are named by what
/// they do, because the operand that moves or stays depends on the dataflow: weight-stationary moves activations
/// eastward and holds weights, input-stationary exchanges the two, output-stationary moves activations eastward and
/// weights southward and holds nothing but sums.
struct GridState {
  /// Rows take a multiple of this many elements in the arena, so that SIMD code may run over the end of a row. The
  /// elements after a row's last column are always 0, so that equal states are equal arenas.
  static constexpr int kRowMultiple = 32;

  /// Adds the fields to `table`. `read_product` gives the settled value of wire `product` of an element (row-major
  /// index, row * columns + column) as a 16-bit pattern.
  GridState(const GridConfig& config, StateTable& table, std::function<uint64_t(size_t element)> read_product);

  /// Position of a processing element's registers in the arrays below.
  size_t index(int row, int column) const {
    return static_cast<size_t>(row) * row_stride + static_cast<size_t>(column);
  }

  size_t row_stride;     ///< elements from one row to the next, in every array
  size_t product_field;  ///< index of wire `product` in the table

  StateArray<int32_t> sum;              ///< `psum` or `accumulator`
  StateArray<int8_t> eastward;          ///< V or `activation`
  StateArray<uint8_t> eastward_valid;   ///< its valid bit
  StateArray<int8_t> southward;         ///< `S_next` or `weight`
  StateArray<uint8_t> southward_valid;  ///< its valid bit
  StateArray<int8_t> held;              ///< S; not in output-stationary
  StateArray<uint8_t> held_valid;       ///< its valid bit; not in output-stationary
  StateArray<uint8_t> load;             ///< `load`; not in output-stationary
  StateArray<uint8_t> bypass;           ///< `bypass`; only where GridConfig::bypass is set
};

}  // namespace faultline::hw
