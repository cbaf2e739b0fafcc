#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_statistics.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

/// The SystemC platform of a GPU: clock, streaming multiprocessor, global memory, the driver that presents launches,
/// and the fault-injection controller.
///
/// SystemC elaborates once per process: construct one, then reset() or restore() between runs. Not thread-safe.
class GpuPlatform {
 public:
  /// `program` is what instruction memory holds in the clean state. Throws InvalidConfiguration when it does not fit.
  GpuPlatform(const hw::gpu::SmConfig& config, const std::vector<uint64_t>& program);
  ~GpuPlatform();
  GpuPlatform(const GpuPlatform&) = delete;
  GpuPlatform& operator=(const GpuPlatform&) = delete;

  /// Runs launches one after another from the current state until the last is done, or until cycle() == cycle_limit.
  Platform::Status run(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit);
  /// Cycles of each launch of the last run.
  const std::vector<uint64_t>& launch_cycles() const;
  /// Cycles simulated since reset: the number that the next edge's cycle gets.
  uint64_t cycle() const;
  /// What the multiprocessor counted since reset.
  const hw::gpu::SmStatistics& statistics() const;

  /// The clean state: instruction memory holds the program, everything else 0, no fault armed, cycle 0 next, global
  /// memory as at the last mark_memory_clean().
  void reset();

  /// The whole state between two runs, global memory included (as pages that differ from the clean image).
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;
  void restore(const Snapshot& saved);
  /// True when the state (not memory, not the cycle) equals the snapshot's.
  bool state_equals(const Snapshot& saved) const;

  /// Global memory through the back door, in no time. Throws std::out_of_range outside it.
  void write_memory(uint64_t address, const void* data, size_t bytes);
  void read_memory(uint64_t address, void* data, size_t bytes) const;
  /// Makes the present content of global memory the clean image that reset() returns to.
  void mark_memory_clean();

  hw::StateTable& state();
  const hw::StateTable& state() const;
  /// The TLM-2.0 target that faults are programmed in.
  inject::FaultInjectionController& injector();
  /// Arms a fault: programs the injector over its socket with generic payloads, as any other initiator may.
  void arm(const hw::Fault& fault);
  void disarm();
  /// True when an armed fault may still act in the next cycle or later.
  bool faults_pending() const;

  /// Called just before every edge while a run is in progress, with the number of the cycle that ends. Pass nullptr to
  /// stop.
  void observe(std::function<void(uint64_t cycle)> observer);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
