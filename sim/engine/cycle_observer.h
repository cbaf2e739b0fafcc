#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>

#include "hw/common/cycle_clock.h"

namespace faultline::engine {

/// Calls an observer in the middle of every cycle, when everything has settled.
class CycleObserver : public sc_core::sc_module {
 public:
  CycleObserver(const sc_core::sc_module_name& name, sc_core::sc_clock& clock, const hw::CycleClock& cycles)
      : sc_module(name), clock_(clock), cycles_(cycles) {
    SC_HAS_PROCESS(CycleObserver);
    SC_METHOD(on_middle);
    sensitive << enabled_;
    dont_initialize();
  }

  /// Pass nullptr to stop.
  void set(std::function<void(uint64_t cycle)> callback) {
    callback_ = std::move(callback);
    settling_ = false;
    if (callback_) {
      enabled_.notify(sc_core::SC_ZERO_TIME);
    }
  }

 private:
  void on_middle() {
    if (!callback_) {
      return;  // waits for enabled_ again
    }
    if (settling_) {
      settling_ = false;
      callback_(cycles_.cycle());
    } else if (clock_.negedge()) {
      // A run pauses at this very time: a state restored in the pause is on its way to the signals.
      settling_ = true;
      next_trigger(sc_core::SC_ZERO_TIME);
      return;
    }
    next_trigger(clock_.negedge_event());
  }

  sc_core::sc_clock& clock_;
  const hw::CycleClock& cycles_;
  std::function<void(uint64_t)> callback_;
  sc_core::sc_event enabled_{"enabled"};
  bool settling_ = false;
};

}  // namespace faultline::engine
