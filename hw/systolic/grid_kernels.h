#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/edge_vector.h"

namespace faultline::hw {

/// What one step of a whole grid reads and writes: the rows of GridState in place, and the edges.
///
/// Rows are `stride` elements apart, a multiple of GridState::kRowMultiple, and 0 after the last column. At least one
/// readable byte lies before each of the eastward rows.
template <typename Operand, typename Sum>
struct RowsInPlace {
  int rows;
  int columns;
  size_t stride;
  Sum* sum;
  Operand* eastward;
  uint8_t* eastward_valid;
  Operand* southward;
  uint8_t* southward_valid;
  Operand* held;  ///< null in output-stationary, as are the next two
  uint8_t* held_valid;
  uint8_t* load;

  const OperandEdge* west;
  const OperandEdge* north;
  const DrainEdge* drain;

  /// True if the operand that moves eastward is the weight (input-stationary).
  bool eastward_is_weight;
  /// True if some column shifts (or drains, in output-stationary); columns are not looked at otherwise.
  bool any_column_control;
  /// For each row, more than 0 if a load bit may be set in it or enter it; the others' load registers are 0.
  const int* load_steps;
};

/// Of a grid with 8-bit operands.
struct GridRows : RowsInPlace<int8_t, int32_t> {
  /// Multiplier::table(), or null for exact multiplication.
  const int16_t* products;
};

/// Of a grid with 12- or 16-bit operands.
struct WideGridRows : RowsInPlace<int16_t, int64_t> {
  const Multiplier* multiplier;
};

/// One rising edge of a weight- or input-stationary grid (docs/hardware.md, "Grid").
void step_operand_stationary(const GridRows& grid);
/// One rising edge of an output-stationary grid.
void step_output_stationary(const GridRows& grid);
/// The same for wide operands.
void step_wide_operand_stationary(const WideGridRows& grid);
void step_wide_output_stationary(const WideGridRows& grid);

}  // namespace faultline::hw
