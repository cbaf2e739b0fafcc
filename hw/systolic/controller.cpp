#include "hw/systolic/controller.h"

namespace faultline::hw {

Controller::Controller(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                       FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(Controller);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Controller::on_edge() {
  core_.step({command_valid.read(), descriptor.read(), dma_status.read(), post_status.read(), neuron_status.read()},
             cycles_.cycle());
  write_outputs();
}

void Controller::drive() {
  core_.state_changed();
  write_outputs();
}

void Controller::write_outputs() {
  ready.write(core_.ready());
  trapped.write(core_.trapped());
  command.write(core_.command());
  dma_start.write(core_.dma_start());
  post_start.write(core_.post_start());
  correct_start.write(core_.correct_start());
  input_word.write(core_.input_word());
  weight_word.write(core_.weight_word());
  sum_word.write(core_.sum_word());
}

}  // namespace faultline::hw
