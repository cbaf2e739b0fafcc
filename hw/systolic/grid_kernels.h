#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/systolic/edge_vector.h"

namespace faultline::hw {

/// What one step of a whole grid reads and writes: the rows of GridState in place, and the edges.
///
/// Rows are `stride` elements apart, a multiple of GridState::kRowMultiple, and 0 after the last column. At least one
/// readable byte lies before each of the eastward rows.
struct GridRows {
  int rows;
  int columns;
  size_t stride;
  int32_t* sum;
  int8_t* eastward;
  uint8_t* eastward_valid;
  int8_t* southward;
  uint8_t* southward_valid;
  int8_t* held;  ///< null in output-stationary, as are the next two
  uint8_t* held_valid;
  uint8_t* load;

  const OperandEdge* west;
  const OperandEdge* north;
  const DrainEdge* drain;

  /// Multiplier::table(), or null for exact multiplication.
  const int16_t* products;
  /// True if the operand that moves eastward is the weight (input-stationary).
  bool eastward_is_weight;
  /// True if some column shifts (or drains, in output-stationary); columns are not looked at otherwise.
  bool any_column_control;
  /// For each row, more than 0 if a load bit may be set in it or enter it; the others' load registers are 0.
  const int* load_steps;
};

/// One rising edge of a weight- or input-stationary grid (docs/hardware.md, "Grid").
void step_operand_stationary(const GridRows& grid);
/// One rising edge of an output-stationary grid.
void step_output_stationary(const GridRows& grid);

}  // namespace faultline::hw
