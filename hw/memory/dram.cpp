#include "hw/memory/dram.h"

namespace faultline::hw {

Dram::Dram(const sc_core::sc_module_name& name, int latency, DramContent& content, StateTable& table)
    : sc_module(name), core_(latency, content, table) {
  SC_HAS_PROCESS(Dram);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void Dram::on_edge() {
  core_.step(request.read());
  response.write(core_.response());
}

void Dram::drive() {
  core_.state_changed();
  response.write(core_.response());
}

}  // namespace faultline::hw
