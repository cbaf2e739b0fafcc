#include "sim/mapping/compute_timing.h"

namespace faultline::mapping {

int64_t prologue_cycles(const hw::GridConfig& grid) {
  return grid.dataflow == hw::Dataflow::kOutputStationary ? 0 : int64_t{grid.rows} + 1;
}

int64_t compute_cycles(const hw::CommandDescriptor& command, const hw::GridConfig& grid) {
  const int64_t folds = int64_t{command.tiles} * command.folds;
  return prologue_cycles(grid) + (folds - 1) * command.period + command.final_period;
}

}  // namespace faultline::mapping
