#pragma once

#include <string>

namespace faultline::hw {

/// A rectangle of processing elements. Rows and columns count from 0; both ends belong to it.
struct ElementRange {
  int row_first, row_last;
  int column_first, column_last;

  bool holds(int row, int column) const {
    return row >= row_first && row <= row_last && column >= column_first && column <= column_last;
  }
  /// Throws InvalidConfiguration unless the whole rectangle lies in an array of this shape.
  void require_inside(int rows, int columns) const;

  bool operator==(const ElementRange& other) const {
    return row_first == other.row_first && row_last == other.row_last && column_first == other.column_first &&
           column_last == other.column_last;
  }
};

/// "3" or "0-7".
std::string range_text(int first, int last);

}  // namespace faultline::hw
