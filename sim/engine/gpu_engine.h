#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/fault/fault.h"
#include "hw/gpu/sm_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/gpu_platform.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Runs whole networks on a GpuPlatform, layer by layer: matrix and pooling operators as kernels, host operators in
/// between. Logits are bit-identical to FunctionalEngine. One per process (SystemC elaborates once).
///
/// A layer's cycles: load is im2col, compute the matrix product, drain requantisation and pooling, stall what lies
/// between launches. utilization is macs / (8-bit multipliers x cycles).
class GpuEngine {
 public:
  /// Throws UserError when the network cannot be mapped to the configuration.
  GpuEngine(std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config);
  ~GpuEngine();

  /// From the clean state, without faults.
  AcceleratorRun run(const model::Values& input);

  /// The same inference with faults, from the clean state. Ends with kTimedOut at `cycle_limit`.
  AcceleratorRun run_with_faults(const model::Values& input, const std::vector<hw::Fault>& faults,
                                 uint64_t cycle_limit);

  GpuPlatform& platform();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
