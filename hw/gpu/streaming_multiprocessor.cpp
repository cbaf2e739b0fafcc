#include "hw/gpu/streaming_multiprocessor.h"

namespace faultline::hw::gpu {

StreamingMultiprocessor::StreamingMultiprocessor(const sc_core::sc_module_name& name, const SmConfig& config,
                                                 StateTable& table, const CycleClock& cycles)
    : sc_module(name), cycles_(cycles), taps_(&table), core_(config, table, taps_) {
  SC_HAS_PROCESS(StreamingMultiprocessor);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void StreamingMultiprocessor::on_edge() {
  core_.step({launch_valid.read(), launch.read(), response.read()}, cycles_.cycle());
  drive();
}

void StreamingMultiprocessor::drive() {
  ready.write(core_.ready());
  trapped.write(core_.trapped());
  request.write(core_.request());
}

}  // namespace faultline::hw::gpu
