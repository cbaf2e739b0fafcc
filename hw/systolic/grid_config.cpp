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
}

void GridConfig::add_region(MultiplierRegion region) {
  region.require_inside(rows, columns);
  regions.push_back(std::move(region));
}

void GridConfig::add_bypass(ElementBypass elements) {
  for (const ElementRange& range : elements.elements) {
    range.require_inside(rows, columns);
  }
  bypass = std::move(elements);
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
