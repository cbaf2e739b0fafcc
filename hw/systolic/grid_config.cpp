#include "hw/systolic/grid_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "hw/common/invalid_configuration.h"
#include "hw/systolic/edge_vector.h"

namespace faultline::hw {

GridConfig::GridConfig(int row_count, int column_count, Dataflow flow, Multiplier product)
    : rows(row_count), columns(column_count), dataflow(flow), multiplier(std::move(product)) {
  if (rows < 1 || rows > kMaximumLanes || columns < 1 || columns > kMaximumLanes) {
    throw InvalidConfiguration("array " + std::to_string(rows) + "x" + std::to_string(columns) +
                               " is out of range; rows and columns must be 1 to 256");
  }
  column_map = ColumnMap(columns);
}

void GridConfig::add_region(MultiplierRegion region) {
  region.require_inside(rows, columns);
  if (region.multiplier.format() != format()) {
    throw InvalidConfiguration("multiplier " + region.multiplier.name() + " has operands of " +
                               std::to_string(region.multiplier.format().operand_bits) +
                               " bits; those of the array have " + std::to_string(format().operand_bits));
  }
  regions.push_back(std::move(region));
}

void GridConfig::add_bypass(ElementBypass elements) {
  for (const ElementRange& range : elements.elements) {
    range.require_inside(rows, columns);
  }
  bypass = std::move(elements);
}

void GridConfig::add_spare_columns(const SpareColumns& spares) {
  const int used = used_columns();
  if (spares.count < 1 || used + spares.count > kMaximumLanes) {
    throw InvalidConfiguration(std::to_string(spares.count) + " spare columns beside " + std::to_string(used) +
                               " are out of range; give at least 1, and " + std::to_string(kMaximumLanes) +
                               " columns at most in all");
  }
  const int all = used + spares.count;
  std::array<uint8_t, kMaximumLanes> skip = {};
  for (const int column : spares.skipped) {
    if (column < 0 || column >= all) {
      throw InvalidConfiguration("column " + std::to_string(column) + " to skip is outside the array; it has " +
                                 std::to_string(all) + " with the spare ones, counted from 0");
    }
    if (std::exchange(skip[static_cast<size_t>(column)], uint8_t{1}) != 0) {
      throw InvalidConfiguration("column " + std::to_string(column) + " is skipped twice; name it once");
    }
  }
  if (static_cast<int>(spares.skipped.size()) > spares.count) {
    throw InvalidConfiguration(std::to_string(spares.skipped.size()) + " columns to skip are more than the " +
                               std::to_string(spares.count) + " spare ones; give more spare columns");
  }
  columns = all;
  spare_columns = spares;
  column_map = ColumnMap(skip.data(), columns, spares.count);
}

void GridConfig::remove_spare_columns() {
  columns = used_columns();
  spare_columns.reset();
  column_map = ColumnMap(columns);
}

const Multiplier& GridConfig::contribution_at(int row, int column, int selection) const {
  static const Multiplier kNothing("bypassed", std::array<int16_t, Multiplier::kEntries>{});
  return bypassed(row, column) ? kNothing : multiplier_at(row, column, selection);
}

const Multiplier* GridConfig::own_multiplier(int row, int column) const {
  const auto found =
      std::find_if(regions.rbegin(), regions.rend(), [&](const auto& region) { return region.holds(row, column); });
  return found == regions.rend() ? nullptr : &found->multiplier;
}

}  // namespace faultline::hw
