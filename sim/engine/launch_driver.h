#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "hw/gpu/kernel_launch.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

/// The host's side of the multiprocessor's launch port: presents launches one after another, counts the cycles of each,
/// and pauses the simulation when the last is done.
class LaunchDriver : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> ready{"ready"};
  sc_core::sc_in<bool> trapped{"trapped"};
  sc_core::sc_out<bool> launch_valid{"launch_valid"};
  sc_core::sc_out<hw::gpu::KernelLaunch> launch{"launch"};

  LaunchDriver(const sc_core::sc_module_name& name, const hw::CycleClock& cycles, const sc_core::sc_time& period);

  /// Presents the first launch before the next edge. `launches` must not be empty and must outlive the run.
  void start(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit);
  Platform::Status status() const { return status_; }
  /// Cycles of each launch since start(), from the one after the edge that takes it to the one that ends it.
  const std::vector<uint64_t>& launch_cycles() const { return launch_cycles_; }

 private:
  void on_edge();
  void on_pause() { sc_core::sc_pause(); }
  void finish(Platform::Status status);

  const hw::CycleClock& cycles_;
  sc_core::sc_time half_period_;
  sc_core::sc_event pause_{"pause"};

  const std::vector<hw::gpu::KernelLaunch>* launches_ = nullptr;
  size_t next_ = 0;  ///< the launch that is presented, or the number of launches
  bool running_ = false;
  uint64_t cycle_limit_ = 0;
  Platform::Status status_ = Platform::Status::kCompleted;
  std::vector<uint64_t> launch_cycles_;
};

}  // namespace faultline::engine
