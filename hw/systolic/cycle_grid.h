#pragma once

#include <systemc>

#include "hw/systolic/cycle_grid_core.h"
#include "hw/systolic/pe_grid.h"

namespace faultline::hw {

/// The grid as one module that steps whole rows: the fast implementation, for any size and any fault.
class CycleGrid : public PeGrid {
 public:
  CycleGrid(const sc_core::sc_module_name& name, const GridConfig& config, StateTable& table, FaultTaps& taps,
            const CycleClock& cycle_clock);

  void drive() override;

 private:
  void on_edge();
  void multiplier_selected() override { core_.select_multiplier(selection()); }
  void write_south();
  GridInputs inputs() const { return {west->read(), north->read(), drain->read()}; }

  const CycleClock& cycle_clock_;
  CycleGridCore core_;
  SumEdge sums_;
};

}  // namespace faultline::hw
