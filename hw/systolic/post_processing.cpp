#include "hw/systolic/post_processing.h"

namespace faultline::hw {

PostProcessing::PostProcessing(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                               FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(PostProcessing);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void PostProcessing::on_edge() {
  core_.step({start.read(), command.read(), row.read(), pool_data.read(), write.read(), read.read(),
              neuron_request.read(), neuron_write.read()},
             cycles_.cycle());
  drive();
}

void PostProcessing::drive() {
  row_request.write(core_.row_request());
  pool_request.write(core_.pool_request());
  read_data.write(core_.read_data());
  neuron_word.write(core_.neuron_word());
  status.write(core_.status());
}

}  // namespace faultline::hw
