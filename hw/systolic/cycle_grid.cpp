#include "hw/systolic/cycle_grid.h"

namespace faultline::hw {

CycleGrid::CycleGrid(const sc_core::sc_module_name& name, const GridConfig& config, StateTable& table, FaultTaps& taps,
                     const CycleClock& cycle_clock)
    : PeGrid(name), cycle_clock_(cycle_clock), core_(config, table, taps, [this](size_t element) {
        return core_.product(element, inputs(), cycle_clock_.cycle());
      }) {
  SC_HAS_PROCESS(CycleGrid);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void CycleGrid::on_edge() {
  if (!suspended() && core_.step(inputs(), cycle_clock_.cycle())) {
    write_south();
  }
}

void CycleGrid::drive() {
  core_.state_changed();
  write_south();
}

void CycleGrid::write_south() {
  core_.read_south(sums_);
  south->write(sums_);
}

}  // namespace faultline::hw
