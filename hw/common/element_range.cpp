#include "hw/common/element_range.h"

#include "hw/common/invalid_configuration.h"

namespace faultline::hw {

void ElementRange::require_inside(int rows, int columns) const {
  const auto inside = [](int first, int last, int size) { return first >= 0 && first <= last && last < size; };
  if (!inside(row_first, row_last, rows) || !inside(column_first, column_last, columns)) {
    throw InvalidConfiguration("rows " + std::to_string(row_first) + "-" + std::to_string(row_last) + ", columns " +
                               std::to_string(column_first) + "-" + std::to_string(column_last) +
                               " are no part of the array; rows must be 0 to " + std::to_string(rows - 1) +
                               ", columns 0 to " + std::to_string(columns - 1));
  }
}

std::string range_text(int first, int last) {
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

}  // namespace faultline::hw
