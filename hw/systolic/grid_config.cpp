#include "hw/systolic/grid_config.h"

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

}  // namespace faultline::hw
