#include "hw/systolic/dma.h"

namespace faultline::hw {

Dma::Dma(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
         const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(Dma);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Dma::on_edge() {
  core_.step({start.read(), command.read(), response.read(), output_data.read()}, cycles_.cycle());
  drive();
}

void Dma::drive() {
  request.write(core_.request());
  write.write(core_.write());
  read.write(core_.read());
  status.write(core_.status());
}

}  // namespace faultline::hw
