#include "hw/systolic/neuron_unit.h"

namespace faultline::hw {

NeuronUnit::NeuronUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                       FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config.protection, table, taps) {
  SC_HAS_PROCESS(NeuronUnit);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void NeuronUnit::on_edge() {
  core_.step({start.read(), command.read(), buffer_write.read(), word.read()}, cycles_.cycle());
  drive();
}

void NeuronUnit::drive() {
  request.write(core_.request());
  write.write(core_.write());
  status.write(core_.status());
  repeat_request.write(core_.asks_to_repeat());
}

}  // namespace faultline::hw
