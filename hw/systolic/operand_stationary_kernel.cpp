// The weight- and input-stationary grid, whole rows at a time, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hw/systolic/operand_stationary_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "hw/systolic/grid_kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace faultline::hw {
namespace HWY_NAMESPACE {

/// psum, V and V_valid of one row. `above` is the row of psum to the north.
template <class Multiply>
HWY_INLINE void multiply_row(const GridRows& grid, int row, const int32_t* above, const Multiply& multiply) {
  const size_t start = static_cast<size_t>(row) * grid.stride;
  const auto columns = static_cast<size_t>(grid.columns);
  int8_t* eastward = grid.eastward + start;
  uint8_t* eastward_valid = grid.eastward_valid + start;
  const size_t lanes = hn::Lanes(SumTag());
  size_t column = rightmost_vector(columns) + lanes;
  do {
    column -= lanes;
    const Operands operand = from_west(OperandTag(), eastward, column, grid.west->value[row]);
    const Bits valid = from_west(BitTag(), eastward_valid, column, grid.west->valid[row]);
    const Operands held = hn::LoadU(OperandTag(), grid.held + start + column);
    const Bits held_valid = hn::LoadU(BitTag(), grid.held_valid + start + column);
    const Sums products = multiply(operand, held, hn::And(valid, held_valid));
    hn::StoreU(hn::Add(hn::LoadU(SumTag(), above + column), products), SumTag(), grid.sum + start + column);
    store_columns(OperandTag(), operand, eastward, column, columns);
    store_columns(BitTag(), valid, eastward_valid, column, columns);
  } while (column > 0);
}

/// S, S_valid and load of one row.
HWY_INLINE void load_row(const GridRows& grid, int row) {
  const size_t start = static_cast<size_t>(row) * grid.stride;
  const auto columns = static_cast<size_t>(grid.columns);
  const OperandTag operand_tag;
  const BitTag bit_tag;
  const size_t lanes = hn::Lanes(bit_tag);
  size_t column = rightmost_vector(columns) + lanes;
  do {
    column -= lanes;
    const size_t place = start + column;
    const Bits load = from_west(bit_tag, grid.load + start, column, grid.west->control[row]);
    const auto loads = hn::Ne(load, hn::Zero(bit_tag));
    const auto operand_loads = hn::Ne(hn::BitCast(operand_tag, load), hn::Zero(operand_tag));
    const Operands next = hn::LoadU(operand_tag, grid.southward + place);
    const Bits next_valid = hn::LoadU(bit_tag, grid.southward_valid + place);
    const Operands held = hn::LoadU(operand_tag, grid.held + place);
    const Bits held_valid = hn::LoadU(bit_tag, grid.held_valid + place);
    store_columns(operand_tag, hn::IfThenElse(operand_loads, next, held), grid.held, place, start + columns);
    store_columns(bit_tag, hn::IfThenElse(loads, next_valid, held_valid), grid.held_valid, place, start + columns);
    store_columns(bit_tag, load, grid.load, place, start + columns);
  } while (column > 0);
}

/// S_next and S_next_valid of one row, given those to the north.
HWY_INLINE void shift_row(const GridRows& grid, int row) {
  const size_t start = static_cast<size_t>(row) * grid.stride;
  const auto columns = static_cast<size_t>(grid.columns);
  const int8_t* above = row > 0 ? grid.southward + start - grid.stride : grid.north->value;
  const uint8_t* above_valid = row > 0 ? grid.southward_valid + start - grid.stride : grid.north->valid;
  const OperandTag operand_tag;
  const BitTag bit_tag;
  for (size_t column = 0; column < columns; column += hn::Lanes(bit_tag)) {
    const size_t place = start + column;
    const Bits shift = hn::LoadU(bit_tag, grid.north->control + column);
    const auto shifts = hn::Ne(shift, hn::Zero(bit_tag));
    const auto operand_shifts = hn::Ne(hn::BitCast(operand_tag, shift), hn::Zero(operand_tag));
    const Operands next = hn::IfThenElse(operand_shifts, hn::LoadU(operand_tag, above + column),
                                         hn::LoadU(operand_tag, grid.southward + place));
    const Bits next_valid = hn::IfThenElse(shifts, hn::LoadU(bit_tag, above_valid + column),
                                           hn::LoadU(bit_tag, grid.southward_valid + place));
    store_columns(operand_tag, next, grid.southward, place, start + columns);
    store_columns(bit_tag, next_valid, grid.southward_valid, place, start + columns);
  }
}

template <class Multiply>
HWY_INLINE void step_operand_stationary_with(const GridRows& grid) {
  static constexpr int32_t kNothing[kMaximumLanes] = {};
  const Multiply multiply(grid.products);
  // From the bottom row up, and in each row sums before loads before shifts: everything still reads the old values.
  for (int row = grid.rows - 1; row >= 0; --row) {
    const int32_t* above = row > 0 ? grid.sum + static_cast<size_t>(row - 1) * grid.stride : kNothing;
    multiply_row(grid, row, above, multiply);
    if (grid.load_steps[row] > 0) {
      load_row(grid, row);
    }
    if (grid.any_column_control) {
      shift_row(grid, row);
    }
  }
}

void step_operand_stationary_rows(const GridRows& grid) {
  if (grid.products == nullptr) {
    step_operand_stationary_with<ExactMultiplier>(grid);
  } else if (grid.eastward_is_weight) {
    step_operand_stationary_with<TableMultiplier<true>>(grid);
  } else {
    step_operand_stationary_with<TableMultiplier<false>>(grid);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace faultline::hw
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::hw {

HWY_EXPORT(step_operand_stationary_rows);

void step_operand_stationary(const GridRows& grid) {
  HWY_DYNAMIC_DISPATCH(step_operand_stationary_rows)(grid);
}

}  // namespace faultline::hw
#endif
