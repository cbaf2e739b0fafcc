#include "hw/systolic/grid_config.h"

#include <algorithm>
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
}

void GridConfig::add_region(MultiplierRegion region) {
  const auto inside = [](int first, int last, int size) { return first >= 0 && first <= last && last < size; };
  if (!inside(region.row_first, region.row_last, rows) || !inside(region.column_first, region.column_last, columns)) {
    throw InvalidConfiguration("rows " + std::to_string(region.row_first) + "-" + std::to_string(region.row_last) +
                               ", columns " + std::to_string(region.column_first) + "-" +
                               std::to_string(region.column_last) + " are no part of the array; rows must be 0 to " +
                               std::to_string(rows - 1) + ", columns 0 to " + std::to_string(columns - 1));
  }
  if (region.multiplier.format() != format()) {
    throw InvalidConfiguration("multiplier " + region.multiplier.name() + " has operands of " +
                               std::to_string(region.multiplier.format().operand_bits) +
                               " bits; those of the array have " + std::to_string(format().operand_bits));
  }
  regions.push_back(std::move(region));
}

const Multiplier* GridConfig::own_multiplier(int row, int column) const {
  const auto found =
      std::find_if(regions.rbegin(), regions.rend(), [&](const auto& region) { return region.holds(row, column); });
  return found == regions.rend() ? nullptr : &found->multiplier;
}

}  // namespace faultline::hw
