#include "hw/systolic/checksum_unit.h"

namespace faultline::hw {

ChecksumUnit::ChecksumUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                           FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(ChecksumUnit);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void ChecksumUnit::on_edge() {
  if (suspended_) {
    return;
  }
  core_.step({west.read(), north.read(), south.read(), word.read()}, cycles_.cycle());
  correction.write(core_.correction());
}

void ChecksumUnit::drive() {
  core_.state_changed();
  correction.write(core_.correction());
}

}  // namespace faultline::hw
