#pragma once

#include <cstdint>
#include <optional>

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

/// Cycles from the phase that issues a row word to the product in row 0, column 0; each row and column adds one.
constexpr int64_t kIssueLatency = 3;

/// A place in the loop nest of a kCompute.
struct FoldPhase {
  int64_t fold = 0;   ///< over all tiles
  int64_t phase = 0;  ///< in [0, stream)
};

/// The fold and phase whose word the processing element (row, column) works on in a cycle of the command, or nothing
/// when no word of the stream is there.
std::optional<FoldPhase> fold_phase_at(const hw::CommandDescriptor& command, const hw::GridConfig& grid, int row,
                                       int column, int64_t cycle);

/// The cycle of the command in which (row, column) works on the word of a phase: the inverse of fold_phase_at().
int64_t cycle_of(const FoldPhase& where, const hw::CommandDescriptor& command, const hw::GridConfig& grid, int row,
                 int column);

/// Cycles of a kCompute from its first phase to its last.
int64_t compute_cycles(const hw::CommandDescriptor& command, const hw::GridConfig& grid);

}  // namespace faultline::mapping
