#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/fault/fault_taps.h"
#include "hw/memory/dram_content.h"
#include "hw/protection/detection_monitor_core.h"

namespace faultline::inject {
class FaultInjectionController;
}

namespace faultline::engine {

/// Cycles spent, by what the accelerator was doing.
struct CycleCounts {
  uint64_t load = 0;     ///< DMA into the buffers
  uint64_t compute = 0;  ///< operands streaming through the grid
  uint64_t drain = 0;    ///< post-processing, pooling and storing results
  uint64_t stall = 0;    ///< between commands
  uint64_t total() const { return load + compute + drain + stall; }
};

/// What the SystemC platforms of all machines share: clock, state table, memory and the fault-injection controller.
///
/// SystemC elaborates once per process: construct one platform, then reset() or restore() between runs. Not
/// thread-safe; fork() after construction is fine.
class SimulatedPlatform {
 public:
  enum class Status {
    kCompleted,
    kTrapped,   ///< the machine met an illegal address, command or instruction
    kTimedOut,  ///< cycle_limit reached before the last command was done
  };

  /// The whole state between two runs, memory included (as pages that differ from the clean image).
  struct Snapshot {
    std::vector<std::byte> state;  ///< the state table's arena
    hw::DramContent::Pages memory;
    uint64_t cycle = 0;
    CycleCounts counts;
    std::optional<hw::DetectionRecord> detection;
  };

  virtual ~SimulatedPlatform();
  SimulatedPlatform(const SimulatedPlatform&) = delete;
  SimulatedPlatform& operator=(const SimulatedPlatform&) = delete;

  /// Cycles simulated since reset: the number that the next edge's cycle gets.
  uint64_t cycle() const;
  /// What the cycles since reset were spent on.
  const CycleCounts& counts() const { return counts_; }

  /// The clean state: every register 0, no fault armed, cycle 0 next, memory as at the last mark_memory_clean().
  void reset();
  std::shared_ptr<const Snapshot> snapshot() const;
  void restore(const Snapshot& saved);
  /// True when the state (not memory, not the cycle) equals the snapshot's.
  bool state_equals(const Snapshot& saved) const;

  /// Memory outside the machine through the back door, in no time. Throws std::out_of_range outside it.
  void write_memory(uint64_t address, const void* data, size_t bytes);
  void read_memory(uint64_t address, void* data, size_t bytes) const;
  /// Makes the present content of memory the clean image that reset() returns to (weights and parameters loaded).
  void mark_memory_clean();

  hw::StateTable& state();
  const hw::StateTable& state() const;
  /// The TLM-2.0 target that faults are programmed in; more initiators may be bound before the first run.
  inject::FaultInjectionController& injector();

  /// Arms a fault: programs the injector over its socket with generic payloads, as any other initiator may.
  void arm(const hw::Fault& fault);
  void disarm();
  /// True when an armed fault may still act in the next cycle or later.
  virtual bool faults_pending() const = 0;

  /// What protection units have said since the last reset().
  virtual const std::optional<hw::DetectionRecord>& detection() const;

  /// Called just before every edge while a run is in progress (registers settled, wires settled), with the number of
  /// the cycle that ends: for waveforms and lockstep comparison. Pass nullptr to stop. Costs one branch when unset.
  void observe(std::function<void(uint64_t cycle)> observer);

 protected:
  struct Parts;  // platform_parts.h

  explicit SimulatedPlatform(size_t memory_bytes);

  Parts& parts() { return *parts_; }
  const Parts& parts() const { return *parts_; }
  /// Elaborates on the first use, so that a testbench may add modules of its own after the platform. A run that is the
  /// first use begins in the clean state.
  void elaborate();
  bool elaborated() const { return elaborated_; }
  void add_counts(const CycleCounts& more);

  virtual hw::FaultTaps& taps(size_t field) = 0;
  /// After the state table was cleared: whatever else the clean state is.
  virtual void load_clean_state() {}
  /// After the state table has changed from outside: outputs follow it, and what was counted beside it starts again.
  virtual void state_changed() = 0;

 private:
  /// What protection units have said in the state that is restored.
  virtual void set_detection(const std::optional<hw::DetectionRecord>& /*said*/) {}
  void resume_at(uint64_t cycle, const std::optional<hw::DetectionRecord>& said);

  std::unique_ptr<Parts> parts_;
  bool elaborated_ = false;
  CycleCounts counts_;
};

}  // namespace faultline::engine
