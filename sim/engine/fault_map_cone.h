#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/engine/compute_view.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/stuck_array.h"
#include "sim/engine/stuck_layer.h"

namespace faultline::engine {

/// Maps of permanent faults for ConeEngine: what several stuck elements do to a network, layer by layer.
class FaultMapCone {
 public:
  /// All must outlive this object. `views` as in ConeContext.
  FaultMapCone(const model::Network& network, const NetworkSchedule& schedule,
               const std::vector<std::unique_ptr<ComputeView>>& views, const hw::StateTable& table);

  /// Takes up a map; false when it holds faults of other kinds, or where the
  /// products are not all of one multiplier. Taking up the same map again costs a comparison.
  bool take(const std::vector<hw::Fault>& faults);
  const StuckArray& array() const { return *array_; }

  /// Adds what the map does to a layer's sums for an input.
  void strike(size_t layer, const std::vector<int8_t>& input, ConeEffect& effect);

  /// The sum of all folds of a tile with the faults, for a sum without a neuron.
  int32_t tile_sum(const EndOfRun::UnusedSum& sum);
  /// True when registers of the array differ at the end. Nothing when that depends on more than is known.
  std::optional<bool> left_in_array(const ComputeView* last, bool last_input_differs) const;

 private:
  StuckLayer* layer_at(size_t layer);

  const model::Network& network_;
  const NetworkSchedule& schedule_;
  const std::vector<std::unique_ptr<ComputeView>>& views_;
  const hw::StateTable& table_;
  std::vector<int16_t> by_activation_;  ///< all products, [activation][weight]; made with the first layer
  std::vector<hw::Fault> faults_;
  std::optional<StuckArray> array_;
  std::vector<std::unique_ptr<StuckLayer>> layers_;  ///< by layer, made when they are needed
};

}  // namespace faultline::engine
