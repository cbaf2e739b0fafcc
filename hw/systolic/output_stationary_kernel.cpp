// The output-stationary grid, whole rows at a time, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hw/systolic/output_stationary_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "hw/systolic/grid_kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace faultline::hw {
namespace HWY_NAMESPACE {

template <class Multiply, bool kDrains>
HWY_INLINE void step_output_stationary_rows_with(const GridRows& grid) {
  static constexpr int32_t kNothing[kMaximumLanes] = {};
  const Multiply multiply(grid.products);
  const auto columns = static_cast<size_t>(grid.columns);
  const OperandTag operand_tag;
  const BitTag bit_tag;
  const SumTag sum_tag;
  const size_t lanes = hn::Lanes(bit_tag);
  // From the bottom row up and from east to west: everything still reads the old values of its neighbours.
  for (int row = grid.rows - 1; row >= 0; --row) {
    const size_t start = static_cast<size_t>(row) * grid.stride;
    const int32_t* sum_above = row > 0 ? grid.sum + start - grid.stride : kNothing;
    const int8_t* weight_above = row > 0 ? grid.southward + start - grid.stride : grid.north->value;
    const uint8_t* weight_valid_above = row > 0 ? grid.southward_valid + start - grid.stride : grid.north->valid;
    size_t column = rightmost_vector(columns) + lanes;
    do {
      column -= lanes;
      const size_t place = start + column;
      const Operands activation = from_west(operand_tag, grid.eastward + start, column, grid.west->value[row]);
      const Bits activation_valid = from_west(bit_tag, grid.eastward_valid + start, column, grid.west->valid[row]);
      const Operands weight = hn::LoadU(operand_tag, weight_above + column);
      const Bits weight_valid = hn::LoadU(bit_tag, weight_valid_above + column);
      Bits valid = hn::And(activation_valid, weight_valid);
      if (row == 0 && column + lanes > columns) {
        valid = hn::IfThenElseZero(hn::FirstN(bit_tag, columns - column), valid);
      }
      Sums sum = hn::Add(hn::LoadU(sum_tag, grid.sum + place), multiply(activation, weight, valid));
      if (kDrains) {
        const Sums drain = hn::PromoteTo(sum_tag, hn::LoadU(bit_tag, grid.drain->drain + column));
        sum = hn::IfThenElse(hn::Ne(drain, hn::Zero(sum_tag)), hn::LoadU(sum_tag, sum_above + column), sum);
      }
      hn::StoreU(sum, sum_tag, grid.sum + place);
      store_columns(operand_tag, activation, grid.eastward, place, start + columns);
      store_columns(bit_tag, activation_valid, grid.eastward_valid, place, start + columns);
      store_columns(operand_tag, weight, grid.southward, place, start + columns);
      store_columns(bit_tag, weight_valid, grid.southward_valid, place, start + columns);
    } while (column > 0);
  }
}

template <class Multiply>
HWY_INLINE void step_output_stationary_with(const GridRows& grid) {
  if (grid.any_column_control) {
    step_output_stationary_rows_with<Multiply, true>(grid);
  } else {
    step_output_stationary_rows_with<Multiply, false>(grid);
  }
}

void step_output_stationary_rows(const GridRows& grid) {
  if (grid.products == nullptr) {
    step_output_stationary_with<ExactMultiplier>(grid);
  } else {
    step_output_stationary_with<TableMultiplier<false>>(grid);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace faultline::hw
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::hw {

HWY_EXPORT(step_output_stationary_rows);

void step_output_stationary(const GridRows& grid) {
  HWY_DYNAMIC_DISPATCH(step_output_stationary_rows)(grid);
}

}  // namespace faultline::hw
#endif
