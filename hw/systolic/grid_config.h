#pragma once

#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/dataflow.h"

namespace faultline::hw {

/// Processing elements that have a multiplier of their own. Rows and columns count from 0; both ends belong to it.
struct MultiplierRegion {
  int row_first, row_last;
  int column_first, column_last;
  Multiplier multiplier;

  bool holds(int row, int column) const {
    return row >= row_first && row <= row_last && column >= column_first && column <= column_last;
  }
};

/// Shape, dataflow and multipliers of a grid of processing elements. Validated at construction, then frozen.
struct GridConfig {
  /// Throws InvalidConfiguration unless rows and columns are in [1, 256].
  GridConfig(int row_count, int column_count, Dataflow flow, Multiplier product);

  /// Adds a region, which counts before those added earlier. Throws InvalidConfiguration when it leaves the grid or its
  /// multiplier has operands of another width.
  void add_region(MultiplierRegion region);

  /// The widths of the grid's operands and sums are those of its multipliers.
  OperandFormat format() const { return multiplier.format(); }

  /// What PeGrid::select_multiplier() takes: 0 is `multiplier`, i the i-th of `alternatives`, from 1 on.
  const Multiplier& selected(int selection) const {
    return selection == 0 ? multiplier : alternatives[static_cast<size_t>(selection) - 1];
  }
  /// The multiplier that an element has of its own, or nullptr.
  const Multiplier* own_multiplier(int row, int column) const;
  const Multiplier& multiplier_at(int row, int column, int selection) const {
    const Multiplier* own = own_multiplier(row, column);
    return own != nullptr ? *own : selected(selection);
  }

  int rows;
  int columns;
  Dataflow dataflow;
  Multiplier multiplier;                  ///< of all elements outside the regions
  std::vector<Multiplier> alternatives;   ///< that elements outside the regions can be switched to
  std::vector<MultiplierRegion> regions;  ///< the last one that holds an element counts
};

}  // namespace faultline::hw
