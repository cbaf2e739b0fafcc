#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/protection/detection_monitor_core.h"

namespace faultline::hw {

/// SystemC shell of DetectionMonitorCore: looks in the middle of every cycle, when everything has settled.
class DetectionMonitor : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};

  DetectionMonitor(const sc_core::sc_module_name& name, const StateTable& table, const CycleClock& clock_cycles);

  void set_record(std::optional<DetectionRecord> record) { core_.set_record(std::move(record)); }
  const std::optional<DetectionRecord>& record() const { return core_.record(); }

 private:
  void on_middle() { core_.look(cycles_.cycle()); }

  const CycleClock& cycles_;
  DetectionMonitorCore core_;
};

}  // namespace faultline::hw
