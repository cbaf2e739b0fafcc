#pragma once

#include <cstdint>

#include "hw/systolic/command.h"
#include "hw/systolic/grid_config.h"

namespace faultline::mapping {

/// Cycles from the last sum word of a command to its last sum in the partial-sum buffer: two stages to the array's
/// edge, R + C - 1 hops through it (rows, then the skew of the columns), two stages to the buffer. docs/hardware.md.
constexpr int64_t sum_latency(const hw::GridConfig& grid) {
  return int64_t{grid.rows} + grid.columns + 3;
}

/// Phases before the first fold in which the first stationary operands are shifted in and loaded; 0 for
/// output-stationary.
int64_t prologue_cycles(const hw::GridConfig& grid);

/// Cycles of a kCompute from its first phase to its last.
int64_t compute_cycles(const hw::CommandDescriptor& command, const hw::GridConfig& grid);

}  // namespace faultline::mapping
