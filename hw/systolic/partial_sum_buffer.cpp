#include "hw/systolic/partial_sum_buffer.h"

namespace faultline::hw {

PartialSumBuffer::PartialSumBuffer(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                                   StateTable& table, FaultTaps& taps, const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(config, table, taps) {
  SC_HAS_PROCESS(PartialSumBuffer);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void PartialSumBuffer::on_edge() {
  core_.step({word.read(), south.read(), row_request.read(), correction.read(), columns.read()}, cycles_.cycle());
  write_outputs();
}

void PartialSumBuffer::drive() {
  core_.state_changed();
  write_outputs();
}

void PartialSumBuffer::write_outputs() {
  drain.write(core_.drain());
  last_word.write(core_.last_word());
  row.write(core_.row());
}

}  // namespace faultline::hw
