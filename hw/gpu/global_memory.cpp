#include "hw/gpu/global_memory.h"

namespace faultline::hw::gpu {

GlobalMemory::GlobalMemory(const sc_core::sc_module_name& name, const SmConfig& config, DramContent& content,
                           StateTable& table)
    : sc_module(name), core_(config, content, table) {
  SC_HAS_PROCESS(GlobalMemory);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void GlobalMemory::on_edge() {
  core_.step(request.read());
  response.write(core_.response());
}

void GlobalMemory::drive() {
  core_.state_changed();
  response.write(core_.response());
}

}  // namespace faultline::hw::gpu
