#include "hw/systolic/weight_feeder.h"

namespace faultline::hw {

WeightFeeder::WeightFeeder(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                           FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(WeightFeeder);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void WeightFeeder::on_edge() {
  core_.step({word.read(), command.read(), write.read(), columns.read()}, cycles_.cycle());
  edge.write(core_.edge());
}

void WeightFeeder::drive() {
  core_.state_changed();
  edge.write(core_.edge());
}

}  // namespace faultline::hw
