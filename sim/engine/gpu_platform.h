#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_probe.h"
#include "hw/gpu/sm_statistics.h"
#include "sim/engine/simulated_platform.h"

namespace faultline::engine {

/// The SystemC platform of a GPU: what all platforms share, the streaming multiprocessor, global memory, and the driver
/// that presents launches. In the clean state instruction memory holds the program.
class GpuPlatform : public SimulatedPlatform {
 public:
  /// `program` is what instruction memory holds in the clean state. Throws InvalidConfiguration when it does not fit.
  GpuPlatform(const hw::gpu::SmConfig& config, const std::vector<uint64_t>& program);
  ~GpuPlatform() override;

  /// Runs launches one after another from the current state until the last is done, or until cycle() == cycle_limit.
  Status run(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit);
  /// Cycles of each launch of the last run.
  const std::vector<uint64_t>& launch_cycles() const;
  /// What the multiprocessor counted since the last reset() or restore().
  const hw::gpu::SmStatistics& statistics() const;

  /// Shows `probe` where data goes in the multiprocessor; nullptr: nobody.
  void watch(hw::gpu::SmProbe* probe);

  bool faults_pending() const override;

 private:
  hw::FaultTaps& taps(size_t field) override;
  void load_clean_state() override;
  void state_changed() override;

  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
