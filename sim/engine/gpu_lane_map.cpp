#include "sim/engine/gpu_lane_map.h"

#include <algorithm>
#include <stdexcept>

#include "hw/gpu/mac_arithmetic.h"

namespace faultline::engine {
namespace {

constexpr uint32_t kNoLane = ~uint32_t{0};
constexpr int64_t kSumBytes = 4;

/// The lanes of the threads that store a word between the addresses of a layer's sums.
std::vector<uint32_t> lanes_of_sums(const GpuTrace& trace, uint32_t first, uint32_t end, const gpu::LayerPlan& layer,
                                    const hw::gpu::SmConfig& config) {
  std::vector<uint32_t> lanes(static_cast<size_t>(layer.sums_bytes / kSumBytes), kNoLane);
  for (uint32_t number = first; number < end; ++number) {
    const TracedInstruction& traced = trace.instructions()[number];
    if (traced.instruction.opcode != hw::gpu::Opcode::kStg32) {
      continue;
    }
    for (int thread = 0; thread < config.warp_size; ++thread) {
      const int64_t place = int64_t{trace.address(traced, thread)} - layer.sums;
      if ((traced.active >> thread & 1) != 0 && place >= 0 && place < layer.sums_bytes) {
        lanes[static_cast<size_t>(place / kSumBytes)] =
            static_cast<uint32_t>(traced.partition * config.lanes + thread % config.lanes);
      }
    }
  }
  if (std::find(lanes.begin(), lanes.end(), kNoLane) != lanes.end()) {
    throw std::logic_error("layer " + layer.name + " stores no sum for some output");
  }
  return lanes;
}

}  // namespace

GpuLaneMap::GpuLaneMap(const GpuTrace& trace, const std::vector<uint32_t>& first_instruction,
                       const gpu::NetworkPlan& plan, const hw::gpu::SmConfig& config)
    : lanes_(plan.layers.size()), multiplies_(static_cast<size_t>(config.partitions)) {
  for (size_t layer = 0; layer < plan.layers.size(); ++layer) {
    if (plan.layers[layer].macs > 0) {
      lanes_[layer] =
          lanes_of_sums(trace, first_instruction[layer], first_instruction[layer + 1], plan.layers[layer], config);
    }
  }
  for (const TracedInstruction& traced : trace.instructions()) {
    if (hw::gpu::is_byte_product(traced.instruction.opcode)) {
      multiplies_[traced.partition] = true;
    }
  }
}

}  // namespace faultline::engine
