#include "hw/protection/detection_monitor.h"

namespace faultline::hw {

DetectionMonitor::DetectionMonitor(const sc_core::sc_module_name& name, const StateTable& table,
                                   const CycleClock& clock_cycles)
    : sc_module(name), cycles_(clock_cycles), core_(table) {
  if (!core_.watches_any()) {
    return;  // no process: an accelerator without protection pays nothing
  }
  SC_HAS_PROCESS(DetectionMonitor);
  SC_METHOD(on_middle);
  sensitive << clock.neg();
  dont_initialize();
}

}  // namespace faultline::hw
