#include "hw/systolic/spare_column_unit_core.h"

namespace faultline::hw {

SpareColumnUnitCore::SpareColumnUnitCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : columns_(config.grid.columns),
      spares_(config.grid.spare_columns->count),
      taps_(taps),
      skip_(table, "protection.spare_columns.skip[*]", 1, {columns_}),
      map_(config.grid.column_map) {
  for (const int column : config.grid.spare_columns->skipped) {
    table.set_reset_value({table.fields().size() - 1, static_cast<size_t>(column)}, 1);
  }
}

bool SpareColumnUnitCore::step(uint64_t cycle) {
  if (taps_.empty() || taps_.apply_registers(cycle) == 0) {
    return false;
  }
  state_changed();
  return true;
}

void SpareColumnUnitCore::state_changed() {
  map_ = ColumnMap(skip_.data(), columns_, spares_);
}

}  // namespace faultline::hw
