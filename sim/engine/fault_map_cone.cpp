#include "sim/engine/fault_map_cone.h"

namespace faultline::engine {

FaultMapCone::FaultMapCone(const model::Network& network, const NetworkSchedule& schedule,
                           const std::vector<std::unique_ptr<ComputeView>>& views, const hw::StateTable& table)
    : network_(network), schedule_(schedule), views_(views), table_(table) {
  if (network.format.wide()) {
    map_.emplace<Map<int16_t>>();
  }
  std::visit([&](auto& map) { map.layers.resize(schedule.layers()); }, map_);
}

bool FaultMapCone::take(const hw::Faults& faults) {
  const hw::AcceleratorConfig& config = schedule_.config();
  if (!config.layer_multipliers.empty() || !config.grid.uniform() || config.grid.spare_columns) {
    return false;
  }
  return std::visit([&](auto& map) { return map.known.take(faults, table_, config.grid); }, map_);
}

template <typename Code>
StuckLayer<Code>* FaultMapCone::layer_at(Map<Code>& map, size_t layer) {
  const auto* matrix =
      dynamic_cast<const model::MatrixOperator*>(network_.operators[schedule_.layer(layer).operator_index].get());
  if (map.layers[layer] == nullptr && matrix != nullptr) {
    const hw::GridConfig& grid = schedule_.config().grid;
    const size_t products = std::is_same_v<Code, int8_t> ? hw::Multiplier::kEntries : 0;
    for (size_t i = by_activation_.size(); i < products; ++i) {
      by_activation_.push_back(grid.multiplier.product(static_cast<int8_t>(i >> 8), static_cast<int8_t>(i & 0xff)));
    }
    std::vector<const ComputeView*> computes;
    bool first = true;
    for (const auto& view : views_) {
      if (view != nullptr && view->command().layer == layer) {
        computes.push_back(view.get());
      }
      first = first && (view == nullptr || view->command().layer >= layer);
    }
    map.layers[layer] = std::make_unique<StuckLayer<Code>>(*matrix, std::move(computes), grid, by_activation_, first);
  }
  return map.layers[layer].get();
}

void FaultMapCone::strike(size_t layer, const model::Values& input, ConeEffect& effect) {
  std::visit([&](auto& map) { strike(map, layer, input, effect); }, map_);
}

template <typename Code>
void FaultMapCone::strike(Map<Code>& map, size_t layer, const model::Values& input, ConeEffect& effect) {
  StuckLayer<Code>* stuck = layer_at(map, layer);
  if (stuck == nullptr) {
    return;
  }
  const auto& differences = stuck->differences(std::get<std::vector<Code>>(input), map.known.array());
  const size_t pixels = differences.size() / static_cast<size_t>(schedule_.layer(layer).output.channels);
  for (size_t i = 0; i < differences.size(); ++i) {
    if (differences[i] != 0) {
      effect.add_sum(layer, {i / pixels, i % pixels}, differences[i]);
    }
  }
}

int64_t FaultMapCone::tile_sum(const EndOfRun::UnusedSum& unused) {
  return std::visit([&](auto& map) { return tile_sum(map, unused); }, map_);
}

template <typename Code>
int64_t FaultMapCone::tile_sum(Map<Code>& map, const EndOfRun::UnusedSum& unused) {
  const ComputeView& view = *unused.view;
  const StuckLayer<Code>* stuck = layer_at(map, view.command().layer);
  SumOf<Code> sum = 0;
  for (int64_t fold = 0; fold < view.folds_a_tile(); ++fold) {
    sum = add_to(sum, stuck->fold_sum(view, unused.tile * view.folds_a_tile() + fold, unused.phase, unused.row,
                                      unused.column, map.known.array()));
  }
  return sum;
}

std::optional<bool> FaultMapCone::left_in_array(const ComputeView* last, bool last_input_differs) const {
  return std::visit([&](const auto& map) { return left_in_array(map, last, last_input_differs); }, map_);
}

template <typename Code>
std::optional<bool> FaultMapCone::left_in_array(const Map<Code>& map, const ComputeView* last,
                                                bool last_input_differs) const {
  if (last == nullptr) {
    return std::nullopt;
  }
  const StuckArray<Code>& array = map.known.array();
  if (array.leaves_residue() || !array.stuck_stationary()) {
    return array.leaves_residue();
  }
  const bool weights_move = schedule_.config().grid.dataflow == hw::Dataflow::kInputStationary;
  if (weights_move && last_input_differs) {
    return std::nullopt;  // the array may hold right values of wrong inputs
  }
  for (int row = 0; row < array.rows(); ++row) {
    for (int column = 0; column < array.columns(); ++column) {
      const auto held = static_cast<Code>(last->stationary(last->folds() - 1, row, column).value);
      if (array.element(row, column).other.of(held) != held) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace faultline::engine
