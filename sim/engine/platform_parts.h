#pragma once

#include <systemc>
#include <utility>

#include "hw/common/cycle_clock.h"
#include "sim/engine/cycle_observer.h"
#include "sim/engine/simulated_platform.h"
#include "sim/inject/fault_injection_controller.h"
#include "sim/inject/fault_injection_initiator.h"

namespace faultline::engine {

/// Of every platform's clock.
inline const sc_core::sc_time& clock_period() {
  static const sc_core::sc_time kPeriod(10, sc_core::SC_NS);
  return kPeriod;
}

/// The SystemC side of SimulatedPlatform, for the platforms themselves.
struct SimulatedPlatform::Parts {
  using TapsOfField = std::function<hw::FaultTaps&(size_t field)>;

  Parts(size_t memory_bytes, TapsOfField taps)
      : memory(memory_bytes), injector("fault_injection", table, std::move(taps), cycles) {
    initiator.socket.bind(injector.socket);
  }

  uint64_t next_cycle() const { return cycles.cycle() + 1; }

  hw::StateTable table;
  hw::DramContent memory;
  hw::CycleClock cycles{clock_period()};
  // The first edge comes one period after time 0, so that reset and programming happen before cycle 0.
  sc_core::sc_clock clock{"clock", clock_period(), 0.5, clock_period(), true};
  inject::FaultInjectionController injector;
  inject::FaultInjectionInitiator initiator{"fault_initiator"};
  CycleObserver observer{"observer", clock, cycles};
};

}  // namespace faultline::engine
