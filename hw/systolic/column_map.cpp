#include "hw/systolic/column_map.h"

#include <algorithm>
#include <numeric>

namespace faultline::hw {

ColumnMap::ColumnMap(int columns) : columns_(columns) {
  std::iota(logical_.begin(), logical_.begin() + columns, int16_t{0});
}

ColumnMap::ColumnMap(const uint8_t* skip, int columns, int spares) : columns_(columns) {
  int left_out = 0;
  for (int column = 0; column < columns; ++column) {
    const int own = column - left_out;
    // A bank has a multiplexer over as many columns as there are spare ones, and its own.
    const bool used = skip[column] == 0 && left_out <= spares && own < columns - spares;
    logical_[static_cast<size_t>(column)] = static_cast<int16_t>(used ? own : kUnused);
    left_out += skip[column] != 0 ? 1 : 0;
  }
}

int ColumnMap::physical(int program_column) const {
  const auto end = logical_.begin() + columns_;
  // Columns that are left out only push it further east.
  const auto found = std::find(logical_.begin() + program_column, end, program_column);
  return found == end ? kUnused : static_cast<int>(found - logical_.begin());
}

}  // namespace faultline::hw
