#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "hw/systolic/result_probe.h"
#include "sim/engine/simulated_platform.h"

namespace faultline::engine {

/// Which implementation of the hardware stands in the platform: the accelerator's SystemC blocks around the cycle,
/// structural or Verilated grid, or the whole accelerator Verilated.
enum class GridKind { kCycle, kStructural, kRtl, kRtlGrid };

/// "cycle", "structural", "rtl" or "rtl_grid".
const char* grid_name(GridKind kind);

/// The SystemC platform of a systolic accelerator: what all platforms share, the accelerator, DRAM, and the driver that
/// presents commands.
class Platform : public SimulatedPlatform {
 public:
  /// Throws UserError when the Verilated model of kRtl or kRtlGrid cannot be built.
  Platform(const hw::AcceleratorConfig& config, GridKind kind);
  ~Platform() override;

  /// Runs commands one after another from the current state until the last is done, or until cycle() == cycle_limit.
  /// Begins with command `first`, in the cycle in which those before it leave the accelerator ready.
  Status run(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit, size_t first = 0);
  /// As run() without a limit, but stops as soon as the accelerator is ready to take another command than `first`;
  /// run() from that one on takes it at the next edge. Returns its number, or program.size() when all are done. Throws
  /// std::logic_error when the accelerator traps.
  size_t run_to_command(const std::vector<hw::CommandDescriptor>& program, size_t first);

  /// After run(): the neuron unit asks for the layer's commands to be run again (docs/hardware.md, "Repeats").
  bool repeat_requested() const;

  /// Switches the grid's multiplier before the next cycle (hw::PeGrid::select_multiplier); reset() and restore() leave
  /// it as it is.
  void select_multiplier(int selection);

  /// Lets the grid sleep (hw::PeGrid::suspend), where it can, from the next reset() on: values are wrong, cycles are
  /// not.
  void suspend_grid(bool suspended);

  bool faults_pending() const override;
  const std::optional<hw::DetectionRecord>& detection() const override;

  /// Shows `probe` what passes through post-processing; nullptr: nobody. Costs one branch per value when unset.
  void watch_results(hw::ResultProbe* probe);

 private:
  hw::FaultTaps& taps(size_t field) override;
  void state_changed() override;
  void set_detection(const std::optional<hw::DetectionRecord>& said) override;

  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
