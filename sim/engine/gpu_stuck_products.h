#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/faults.h"
#include "hw/gpu/sm_config.h"
#include "sim/engine/gpu_lane_map.h"
#include "sim/engine/incremental_inference.h"
#include "sim/engine/stuck_bits.h"
#include "sim/gpu/network_mapper.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// The matrix products of a network on a GPU whose 8-bit multipliers have bits of their products stuck from the first
/// cycle to the end of the run: only products that meet such a multiplier are computed.
class GpuStuckProducts {
 public:
  /// All must outlive this object; `config` is the one that `plan` was made for.
  GpuStuckProducts(const model::Network& network, const gpu::NetworkPlan& plan, const hw::gpu::SmConfig& config,
                   const hw::StateTable& table);
  ~GpuStuckProducts();

  /// Takes up a map of faults; false when some is of another kind. The same map again costs a comparison.
  bool take(const hw::Faults& faults);
  /// The stuck bits of every multiplier, in the order of the field `partition[*].mac_lane[*].product[*]`.
  const std::vector<StuckBits<uint16_t>>& multipliers() const { return multipliers_; }

  /// Adds what the map does to a layer's sums for an input; true when some sum differs.
  bool strike(size_t layer, const std::vector<int8_t>& input, const GpuLaneMap& lanes, IncrementalInference& inference);

 private:
  struct Matrix;
  /// A stuck multiplier of a lane.
  struct Wrong {
    size_t byte;  ///< of a word of k
    StuckBits<uint16_t> bits;
  };

  int32_t difference(const int8_t* activations, const int8_t* weights, size_t depth,
                     const std::vector<Wrong>& wrong) const;

  const model::Network& network_;
  const gpu::NetworkPlan& plan_;
  const hw::Multiplier& multiplier_;
  size_t field_;
  hw::Faults faults_;
  bool known_ = true;  ///< the faults are of the kind that is followed
  std::vector<StuckBits<uint16_t>> multipliers_;
  std::vector<std::vector<Wrong>> wrong_;          ///< by lane
  std::vector<std::unique_ptr<Matrix>> matrices_;  ///< by layer, made when they are needed
};

}  // namespace faultline::engine
