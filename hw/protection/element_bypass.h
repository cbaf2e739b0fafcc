#pragma once

#include <algorithm>
#include <vector>

#include "hw/common/element_range.h"

namespace faultline::hw {

/// Multiplexers that keep the products of faulty processing elements out of the sums: each element has a register
/// `bypass`, and these ranges say where it resets to 1.
struct ElementBypass {
  std::vector<ElementRange> elements;  ///< they may overlap; none: the hardware is there and skips nothing

  bool holds(int row, int column) const {
    return std::any_of(elements.begin(), elements.end(),
                       [&](const ElementRange& range) { return range.holds(row, column); });
  }
  bool operator==(const ElementBypass& other) const { return elements == other.elements; }
};

}  // namespace faultline::hw
