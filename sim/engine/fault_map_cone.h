#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/engine/compute_view.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/known_maps.h"
#include "sim/engine/stuck_layer.h"

namespace faultline::engine {

/// Maps of permanent faults for ConeEngine: what several stuck elements do to a network, layer by layer.
class FaultMapCone {
 public:
  /// All must outlive this object. `views` as in ConeContext.
  FaultMapCone(const model::Network& network, const NetworkSchedule& schedule,
               const std::vector<std::unique_ptr<ComputeView>>& views, const hw::StateTable& table);

  /// Takes up a map; false when it holds faults of other kinds, or where the products are not all of one multiplier.
  /// Taking up one of the last maps again costs a comparison.
  bool take(const hw::Faults& faults);

  /// Adds what the map does to a layer's sums for an input, codes of the network's width.
  void strike(size_t layer, const model::Values& input, ConeEffect& effect);

  /// The sum of all folds of a tile with the faults, for a sum without a neuron.
  int64_t tile_sum(const EndOfRun::UnusedSum& sum);
  /// True when registers of the array differ at the end. Nothing when that depends on more than is known.
  std::optional<bool> left_in_array(const ComputeView* last, bool last_input_differs) const;

 private:
  /// The maps, and the layers on the array, where operands are Code.
  template <typename Code>
  struct Map {
    KnownMaps<Code> known;
    std::vector<std::unique_ptr<StuckLayer<Code>>> layers;  ///< by layer, made when they are needed
  };

  template <typename Code>
  StuckLayer<Code>* layer_at(Map<Code>& map, size_t layer);
  template <typename Code>
  void strike(Map<Code>& map, size_t layer, const model::Values& input, ConeEffect& effect);
  template <typename Code>
  int64_t tile_sum(Map<Code>& map, const EndOfRun::UnusedSum& sum);
  template <typename Code>
  std::optional<bool> left_in_array(const Map<Code>& map, const ComputeView* last, bool last_input_differs) const;

  const model::Network& network_;
  const NetworkSchedule& schedule_;
  const std::vector<std::unique_ptr<ComputeView>>& views_;
  const hw::StateTable& table_;
  /// All products of 8-bit operands, [activation][weight]; made with the first layer.
  std::vector<int16_t> by_activation_;
  std::variant<Map<int8_t>, Map<int16_t>> map_;  ///< by the width of the network's operands
};

}  // namespace faultline::engine
