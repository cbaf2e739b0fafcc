#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/gpu/sm_core.h"

namespace faultline::hw::gpu {

/// SystemC shell of SmCore.
class StreamingMultiprocessor : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> launch_valid{"launch_valid"};
  sc_core::sc_in<KernelLaunch> launch{"launch"};
  sc_core::sc_out<bool> ready{"ready"};      ///< a valid launch is taken at the next edge
  sc_core::sc_out<bool> trapped{"trapped"};  ///< illegal instruction, address or launch; stays until reset
  sc_core::sc_in<GlobalResponse> response{"response"};
  sc_core::sc_out<GlobalRequest> request{"request"};

  /// Validates `config`; registers all state in `table`, which must outlive the module.
  StreamingMultiprocessor(const sc_core::sc_module_name& name, const SmConfig& config, StateTable& table,
                          const CycleClock& cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

  SmCore& core() { return core_; }
  const SmCore& core() const { return core_; }
  FaultTaps& taps() { return taps_; }
  const FaultTaps& taps() const { return taps_; }

 private:
  void on_edge();

  const CycleClock& cycles_;
  FaultTaps taps_;
  SmCore core_;
};

}  // namespace faultline::hw::gpu
