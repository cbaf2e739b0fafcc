#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/common/signal_value.h"
#include "hw/systolic/edge_vector.h"

namespace faultline::hw {

/// Which of a program's columns each column of the array stands for, where the array has spare columns
/// (docs/hardware.md, "Spare columns").
class ColumnMap {
 public:
  static constexpr int kUnused = -1;

  ColumnMap() = default;
  /// Every column stands for itself.
  explicit ColumnMap(int columns);
  /// Columns whose byte in `skip` is not 0 are left out; `spares` of the columns are not needed by programs.
  ColumnMap(const uint8_t* skip, int columns, int spares);

  /// The program's column, or kUnused.
  int logical(int column) const { return logical_[static_cast<size_t>(column)]; }
  bool in_use(int column) const { return logical(column) != kUnused; }
  /// The column that stands for a program's column of the array, or kUnused when none does.
  int physical(int program_column) const;

  bool operator==(const ColumnMap& other) const { return columns_ == other.columns_ && logical_ == other.logical_; }

 private:
  int columns_ = 0;
  std::array<int16_t, kMaximumLanes> logical_ = {};
};

}  // namespace faultline::hw
