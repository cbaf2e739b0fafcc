#pragma once

#include <memory>

#include "hw/gpu/sm_config.h"
#include "sim/engine/fault_follower.h"
#include "sim/engine/gpu_engine.h"

namespace faultline::engine {

/// Faulty inferences on a GPU without stepping the multiprocessor.
///
/// The fault-free run leaves a trace of every data movement (GpuTrace). A flip changes a value that some instructions
/// read; what they compute with it is computed again, thread by thread, and so on, to the stored outputs of the layer;
/// IncrementalInference has the rest. The order and the cycles of instructions stay those of the trace as long as no
/// wrong value reaches an address or a predicate; where one does, and for faults of anything but data, the run is
/// simulated.
class GpuCone : public FaultFollower {
 public:
  /// `engine` runs `network` on the same configuration; it must outlive this object.
  GpuCone(GpuEngine& engine, std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config);
  ~GpuCone() override;

  void begin(const model::Values& input) override;
  const std::vector<model::Values>& golden() const override;
  uint64_t total_cycles() const override;
  const std::vector<LayerCycles>& layers() const override;
  ConeRun run_with_faults(const hw::Faults& faults, uint64_t cycle_limit) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
