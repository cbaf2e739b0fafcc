#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/sm_config.h"
#include "sim/gpu/kernel_program.h"
#include "sim/gpu/memory_layout.h"
#include "sim/model/network.h"

namespace faultline::gpu {

/// What a launch is for.
enum class Phase {
  kGather,  ///< im2col: windows into rows of a matrix
  kMultiply,
  kFinish,  ///< requantisation, pooling
};

/// One launch of a layer.
struct LayerLaunch {
  hw::gpu::KernelLaunch launch;
  Phase phase = Phase::kMultiply;
};

/// An operator as the multiprocessor runs it: the host writes its input, runs the launches and reads its output, both
/// in the order of the host's tensors.
struct LayerPlan {
  size_t operator_index = 0;  ///< in Network::operators
  std::string name;
  uint64_t macs = 0;  ///< useful multiplications (0 for pooling)
  int64_t input = 0, input_bytes = 0;
  int64_t output = 0, output_bytes = 0;
  int64_t sums = 0, sums_bytes = 0;  ///< int32, that requantisation makes the output of; none for maximum pooling
  bool raw = false;                  ///< the output is int32, otherwise int8
  bool looks_up = false;             ///< codes go through a table: addresses, and so cycles, depend on data
  std::vector<LayerLaunch> launches;
};

/// A whole network: its layers in order and the constants in global memory.
struct NetworkPlan {
  std::vector<LayerPlan> layers;
  std::vector<MemoryImage> constants;
};

/// Maps every MatrixOperator and PoolingOperator to launches of the kernels of `program`. Throws UserError where a
/// layer does not fit: memory, or a grid of more than 65535 blocks.
NetworkPlan map_network(const model::Network& network, const hw::gpu::SmConfig& config, const KernelProgram& program);

}  // namespace faultline::gpu
