#include "hw/systolic/spare_column_unit.h"

namespace faultline::hw {

SpareColumnUnit::SpareColumnUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                                 StateTable& table, FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(SpareColumnUnit);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void SpareColumnUnit::on_edge() {
  if (core_.step(cycles_.cycle())) {
    columns.write(core_.map());
  }
}

void SpareColumnUnit::drive() {
  core_.state_changed();
  columns.write(core_.map());
}

}  // namespace faultline::hw
