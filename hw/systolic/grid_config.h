#pragma once

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/dataflow.h"

namespace faultline::hw {

/// Shape, dataflow and multiplier of a grid of processing elements. Validated at construction, then frozen.
struct GridConfig {
  /// Throws InvalidConfiguration unless rows and columns are in [1, 256].
  GridConfig(int row_count, int column_count, Dataflow flow, Multiplier product);

  int rows;
  int columns;
  Dataflow dataflow;
  Multiplier multiplier;
};

}  // namespace faultline::hw
