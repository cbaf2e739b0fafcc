#include "sim/mapping/compute_timing.h"

#include <algorithm>

namespace faultline::mapping {

int64_t prologue_cycles(const hw::GridConfig& grid) {
  return grid.dataflow == hw::Dataflow::kOutputStationary ? 0 : int64_t{grid.rows} + 1;
}

int64_t compute_cycles(const hw::CommandDescriptor& command, const hw::GridConfig& grid) {
  const int64_t folds = int64_t{command.tiles} * command.folds;
  return prologue_cycles(grid) + (folds - 1) * command.period + command.final_period;
}

std::optional<FoldPhase> fold_phase_at(const hw::CommandDescriptor& command, const hw::GridConfig& grid, int row,
                                       int column, int64_t cycle) {
  const int64_t issued = cycle - kIssueLatency - row - column - prologue_cycles(grid);
  if (issued < 0) {
    return std::nullopt;
  }
  FoldPhase where;
  where.fold = std::min(issued / command.period, int64_t{command.tiles} * command.folds - 1);
  where.phase = issued - where.fold * command.period;
  return where.phase < command.stream ? std::optional(where) : std::nullopt;
}

int64_t cycle_of(const FoldPhase& where, const hw::CommandDescriptor& command, const hw::GridConfig& grid, int row,
                 int column) {
  return prologue_cycles(grid) + where.fold * command.period + where.phase + kIssueLatency + row + column;
}

}  // namespace faultline::mapping
