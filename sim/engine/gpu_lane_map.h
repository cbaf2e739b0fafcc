#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/gpu/sm_config.h"
#include "sim/engine/gpu_trace.h"
#include "sim/gpu/network_mapper.h"

namespace faultline::engine {

/// The lane that computes each sum of a network's matrix products on a GPU, as a fault-free run shows it. Where no
/// address depends on data, every run has the same.
///
/// The kernels compute a sum in one thread, and a thread stays in its lane: the lane that stores a sum has computed it.
/// Whole words of k are multiplied by DP4A, byte j of each word on the lane's multiplier j; what is left of k by IMAD8,
/// on multiplier 0.
class GpuLaneMap {
 public:
  /// `first_instruction`: of each layer in the trace, and the number of instructions.
  GpuLaneMap(const GpuTrace& trace, const std::vector<uint32_t>& first_instruction, const gpu::NetworkPlan& plan,
             const hw::gpu::SmConfig& config);

  /// By sum of a layer, in the order of the layer's output: the lane, numbered over all partitions. Empty for layers
  /// that do not multiply.
  const std::vector<uint32_t>& lanes(size_t layer) const { return lanes_[layer]; }
  /// True when the 8-bit multipliers of a partition were used.
  bool multiplies(size_t partition) const { return multiplies_[partition]; }

 private:
  std::vector<std::vector<uint32_t>> lanes_;  ///< by layer
  std::vector<bool> multiplies_;              ///< by partition
};

}  // namespace faultline::engine
