#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/protection/detection_monitor_core.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "hw/systolic/result_probe.h"

namespace faultline::inject {
class FaultInjectionController;
}

namespace faultline::engine {

/// Which implementation of the hardware stands in the platform: the accelerator's SystemC blocks around the cycle,
/// structural or Verilated grid, or the whole accelerator Verilated.
enum class GridKind { kCycle, kStructural, kRtl, kRtlGrid };

/// "cycle", "structural", "rtl" or "rtl_grid".
const char* grid_name(GridKind kind);

/// Cycles spent, by what the accelerator was doing.
struct CycleCounts {
  uint64_t load = 0;     ///< DMA into the buffers
  uint64_t compute = 0;  ///< operands streaming through the grid
  uint64_t drain = 0;    ///< post-processing, pooling and storing results
  uint64_t stall = 0;    ///< between commands
  uint64_t total() const { return load + compute + drain + stall; }
};

/// The SystemC platform: clock, accelerator, DRAM, the driver that presents commands, and the fault-injection
/// controller.
///
/// SystemC elaborates once per process: construct one, then reset() or restore() between runs. Not thread-safe; fork()
/// after construction is fine.
class Platform {
 public:
  /// Throws UserError when the Verilated model of kRtl or kRtlGrid cannot be built.
  Platform(const hw::AcceleratorConfig& config, GridKind kind);
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  enum class Status {
    kCompleted,
    kTrapped,   ///< the accelerator met an illegal address or command
    kTimedOut,  ///< cycle_limit reached before the last command was done
  };

  /// Runs commands one after another from the current state until the last is done, or until cycle() == cycle_limit.
  Status run(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit);

  /// Switches the grid's multiplier before the next cycle (hw::PeGrid::select_multiplier); reset() and restore() leave
  /// it as it is.
  void select_multiplier(int selection);

  /// Cycles simulated since reset: the number that the next edge's cycle gets.
  uint64_t cycle() const;
  /// What the cycles since reset were spent on; total() == cycle().
  const CycleCounts& counts() const;

  /// The clean state: every register and memory 0, no fault armed, cycle 0 next, DRAM as at the last mark_dram_clean().
  void reset();

  /// The whole state between two runs, DRAM included (as pages that differ from the clean image).
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;
  void restore(const Snapshot& saved);
  /// True when the accelerator's state (not DRAM, not the cycle) equals the snapshot's.
  bool state_equals(const Snapshot& saved) const;
  /// The state table's arena as a snapshot holds it.
  static const std::vector<std::byte>& state_of(const Snapshot& saved);

  /// DRAM through the back door, in no time. Throws std::out_of_range outside [0, dram_bytes).
  void write_dram(uint64_t address, const void* data, size_t bytes);
  void read_dram(uint64_t address, void* data, size_t bytes) const;
  /// Makes the present content of DRAM the clean image that reset() returns to (weights and parameters loaded).
  void mark_dram_clean();

  hw::StateTable& state();
  const hw::StateTable& state() const;
  /// The TLM-2.0 target that faults are programmed in; more initiators may be bound before the first run.
  inject::FaultInjectionController& injector();

  /// Arms a fault: programs the injector over its socket with generic payloads, as any other initiator may.
  void arm(const hw::Fault& fault);
  void disarm();
  /// True when an armed fault may still act in the next cycle or later.
  bool faults_pending() const;

  /// What protection units have said since the last reset() or restore().
  const std::optional<hw::DetectionRecord>& detection() const;

  /// Called just before every edge while a run is in progress (registers settled, wires settled), with the number of
  /// the cycle that ends: for waveforms and lockstep comparison. Pass nullptr to stop. Costs one branch when unset.
  void observe(std::function<void(uint64_t cycle)> observer);

  /// Shows `probe` what passes through post-processing; nullptr: nobody. Costs one branch per value when unset.
  void watch_results(hw::ResultProbe* probe);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
