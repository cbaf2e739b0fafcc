// Grids with 12- and 16-bit operands, whole rows at a time, in loops that the compiler turns into vectors where the
// multiplier is exact.
#include <algorithm>
#include <cstring>

#include "hw/common/signed_bits.h"
#include "hw/systolic/grid_kernels.h"

namespace faultline::hw {
namespace {

constexpr int kSumBits = OperandFormat{16}.sum_bits();

/// What enters the elements of a row from the west.
struct Entering {
  int16_t value[kMaximumLanes];
  uint8_t valid[kMaximumLanes];
};

/// `row` moved by one column to the east; `first` comes into column 0.
template <typename T>
void from_west(const T* row, T first, size_t columns, T* entering) {
  entering[0] = first;
  std::memcpy(entering + 1, row, (columns - 1) * sizeof(T));
}

void enter(const WideGridRows& grid, int row, size_t start, Entering& entering) {
  const auto columns = static_cast<size_t>(grid.columns);
  from_west(grid.eastward + start, grid.west->wide[row], columns, entering.value);
  from_west(grid.eastward_valid + start, grid.west->valid[row], columns, entering.valid);
}

void move_east(const WideGridRows& grid, size_t start, const Entering& entering) {
  const auto columns = static_cast<size_t>(grid.columns);
  std::memcpy(grid.eastward + start, entering.value, columns * sizeof(int16_t));
  std::memcpy(grid.eastward_valid + start, entering.valid, columns);
}

/// The row's products where both operands are valid, 0 elsewhere.
void multiply(const WideGridRows& grid, const Entering& entering, const int16_t* other, const uint8_t* other_valid,
              int32_t* products) {
  if (grid.multiplier->exact()) {
    for (int column = 0; column < grid.columns; ++column) {
      const int32_t valid = entering.valid[column] & other_valid[column];
      products[column] = -valid & (int32_t{entering.value[column]} * other[column]);
    }
    return;
  }
  for (int column = 0; column < grid.columns; ++column) {
    const int16_t activation = grid.eastward_is_weight ? other[column] : entering.value[column];
    const int16_t weight = grid.eastward_is_weight ? entering.value[column] : other[column];
    const bool valid = (entering.valid[column] & other_valid[column]) != 0;
    products[column] = valid ? grid.multiplier->wide_product(activation, weight) : 0;
  }
}

/// S, S_valid and load of one row.
void load_row(const WideGridRows& grid, int row, size_t start) {
  const auto columns = static_cast<size_t>(grid.columns);
  uint8_t loads[kMaximumLanes];
  from_west(grid.load + start, grid.west->control[row], columns, loads);
  for (size_t column = 0; column < columns; ++column) {
    const size_t place = start + column;
    grid.held[place] = loads[column] != 0 ? grid.southward[place] : grid.held[place];
    grid.held_valid[place] = loads[column] != 0 ? grid.southward_valid[place] : grid.held_valid[place];
  }
  std::memcpy(grid.load + start, loads, columns);
}

/// S_next and S_next_valid of one row.
void shift_row(const WideGridRows& grid, int row, size_t start) {
  const int16_t* above = row > 0 ? grid.southward + start - grid.stride : grid.north->wide;
  const uint8_t* above_valid = row > 0 ? grid.southward_valid + start - grid.stride : grid.north->valid;
  for (size_t column = 0; column < static_cast<size_t>(grid.columns); ++column) {
    const size_t place = start + column;
    const bool shifts = grid.north->control[column] != 0;
    grid.southward[place] = shifts ? above[column] : grid.southward[place];
    grid.southward_valid[place] = shifts ? above_valid[column] : grid.southward_valid[place];
  }
}

}  // namespace

void step_wide_operand_stationary(const WideGridRows& grid) {
  static constexpr int64_t kNothing[kMaximumLanes] = {};
  Entering entering;
  int32_t products[kMaximumLanes];
  // From the bottom row up, and in each row sums before loads before shifts: everything still reads the old values.
  for (int row = grid.rows - 1; row >= 0; --row) {
    const size_t start = static_cast<size_t>(row) * grid.stride;
    const int64_t* above = row > 0 ? grid.sum + start - grid.stride : kNothing;
    enter(grid, row, start, entering);
    multiply(grid, entering, grid.held + start, grid.held_valid + start, products);
    for (int column = 0; column < grid.columns; ++column) {
      grid.sum[start + static_cast<size_t>(column)] = wrap_to(above[column] + products[column], kSumBits);
    }
    move_east(grid, start, entering);
    if (grid.load_steps[row] > 0) {
      load_row(grid, row, start);
    }
    if (grid.any_column_control) {
      shift_row(grid, row, start);
    }
  }
}

void step_wide_output_stationary(const WideGridRows& grid) {
  static constexpr int64_t kNothing[kMaximumLanes] = {};
  const auto columns = static_cast<size_t>(grid.columns);
  Entering entering;
  int32_t products[kMaximumLanes];
  // From the bottom row up: everything still reads the old values of its neighbours.
  for (int row = grid.rows - 1; row >= 0; --row) {
    const size_t start = static_cast<size_t>(row) * grid.stride;
    const int64_t* sum_above = row > 0 ? grid.sum + start - grid.stride : kNothing;
    const int16_t* weight = row > 0 ? grid.southward + start - grid.stride : grid.north->wide;
    const uint8_t* weight_valid = row > 0 ? grid.southward_valid + start - grid.stride : grid.north->valid;
    enter(grid, row, start, entering);
    multiply(grid, entering, weight, weight_valid, products);
    int64_t* sum = grid.sum + start;
    for (size_t column = 0; column < columns; ++column) {
      const bool drains = grid.any_column_control && grid.drain->drain[column] != 0;
      sum[column] = drains ? sum_above[column] : wrap_to(sum[column] + products[column], kSumBits);
    }
    move_east(grid, start, entering);
    std::memcpy(grid.southward + start, weight, columns * sizeof(int16_t));
    std::memcpy(grid.southward_valid + start, weight_valid, columns);
  }
}

}  // namespace faultline::hw
