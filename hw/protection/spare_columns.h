#pragma once

#include <vector>

namespace faultline::hw {

/// Columns that the array has beyond those that programs use, and a register for each column of the array that says
/// whether it is left out.
struct SpareColumns {
  int count = 1;             ///< spare columns, at least 1
  std::vector<int> skipped;  ///< columns of the array whose register resets to 1: at most `count`, each once

  bool operator==(const SpareColumns& other) const { return count == other.count && skipped == other.skipped; }
};

}  // namespace faultline::hw
