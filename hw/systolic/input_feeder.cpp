#include "hw/systolic/input_feeder.h"

namespace faultline::hw {

InputFeeder::InputFeeder(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                         FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(InputFeeder);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void InputFeeder::on_edge() {
  core_.step({word.read(), command.read(), write.read(), pool_request.read(), columns.read()}, cycles_.cycle());
  write_outputs();
}

void InputFeeder::drive() {
  core_.state_changed();
  write_outputs();
}

void InputFeeder::write_outputs() {
  edge.write(core_.edge());
  pool_data.write(core_.pool_data());
}

}  // namespace faultline::hw
