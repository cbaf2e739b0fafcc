#pragma once

#include <optional>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/common/element_range.h"
#include "hw/protection/element_bypass.h"
#include "hw/protection/spare_columns.h"
#include "hw/systolic/column_map.h"
#include "hw/systolic/dataflow.h"

namespace faultline::hw {

/// Processing elements that have a multiplier of their own.
struct MultiplierRegion : ElementRange {
  Multiplier multiplier;
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
  /// Gives the elements bypass registers. Throws InvalidConfiguration when a range leaves the grid.
  void add_bypass(ElementBypass elements);
  /// Makes the grid wider by spare columns. Throws InvalidConfiguration when it gets too wide, and for skipped columns
  /// that are outside it, too many, or named twice.
  void add_spare_columns(const SpareColumns& spares);
  void remove_spare_columns();
  /// The columns that programs use: all but as many as there are spare ones.
  int used_columns() const { return columns - (spare_columns ? spare_columns->count : 0); }

  /// The multiplier that an element has of its own, or nullptr.
  const Multiplier* own_multiplier(int row, int column) const;
  const Multiplier& multiplier_at(int row, int column, int selection) const {
    const Multiplier* own = own_multiplier(row, column);
    return own != nullptr ? *own : selected(selection);
  }
  bool bypassed(int row, int column) const { return bypass && bypass->holds(row, column); }
  /// What an element adds to sums while no fault strikes: the products of multiplier_at(), or 0 where it is bypassed.
  const Multiplier& contribution_at(int row, int column, int selection) const;
  /// True when all elements contribute alike.
  bool uniform() const { return regions.empty() && (!bypass || bypass->elements.empty()); }

  int rows;
  int columns;  ///< spare ones included
  Dataflow dataflow;
  Multiplier multiplier;                      ///< of all elements outside the regions
  std::vector<Multiplier> alternatives;       ///< that elements outside the regions can be switched to
  std::vector<MultiplierRegion> regions;      ///< the last one that holds an element counts
  std::optional<ElementBypass> bypass;        ///< nothing: the elements have no such register
  std::optional<SpareColumns> spare_columns;  ///< nothing: every column stands for itself
  ColumnMap column_map;                       ///< which stands for which while no fault strikes
};

}  // namespace faultline::hw
