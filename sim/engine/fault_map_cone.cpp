#include "sim/engine/fault_map_cone.h"

#include <algorithm>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/stuck_bits.h"

namespace faultline::engine {
FaultMapCone::FaultMapCone(const model::Network& network, const NetworkSchedule& schedule,
                           const std::vector<std::unique_ptr<ComputeView>>& views, const hw::StateTable& table)
    : network_(network), schedule_(schedule), views_(views), table_(table), layers_(schedule.layers()) {}

bool FaultMapCone::take(const std::vector<hw::Fault>& faults) {
  const hw::AcceleratorConfig& config = schedule_.config();
  if (!config.layer_multipliers.empty() || !config.grid.uniform()) {
    return false;
  }
  if (!std::equal(faults.begin(), faults.end(), faults_.begin(), faults_.end(), same_fault)) {
    faults_ = faults;
    array_ = StuckArray::of(faults, table_, config.grid);
  }
  return array_.has_value();
}

StuckLayer* FaultMapCone::layer_at(size_t layer) {
  const auto* matrix =
      dynamic_cast<const model::MatrixOperator*>(network_.operators[schedule_.layer(layer).operator_index].get());
  if (layers_[layer] == nullptr && matrix != nullptr) {
    const hw::GridConfig& grid = schedule_.config().grid;
    for (size_t i = by_activation_.size(); i < hw::Multiplier::kEntries; ++i) {
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
    layers_[layer] = std::make_unique<StuckLayer>(*matrix, std::move(computes), grid, by_activation_, first);
  }
  return layers_[layer].get();
}

void FaultMapCone::strike(size_t layer, const std::vector<int8_t>& input, ConeEffect& effect) {
  StuckLayer* stuck = layer_at(layer);
  if (stuck == nullptr) {
    return;
  }
  const std::vector<int32_t>& differences = stuck->differences(input, *array_);
  const size_t pixels = differences.size() / static_cast<size_t>(schedule_.layer(layer).output.channels);
  for (size_t i = 0; i < differences.size(); ++i) {
    if (differences[i] != 0) {
      effect.add_sum(layer, {i / pixels, i % pixels}, differences[i]);
    }
  }
}

int32_t FaultMapCone::tile_sum(const EndOfRun::UnusedSum& unused) {
  const ComputeView& view = *unused.view;
  const StuckLayer* stuck = layer_at(view.command().layer);
  int32_t sum = 0;
  for (int64_t fold = 0; fold < view.folds_a_tile(); ++fold) {
    sum = hw::wrapping_add(sum, stuck->fold_sum(view, unused.tile * view.folds_a_tile() + fold, unused.phase,
                                                unused.row, unused.column, *array_));
  }
  return sum;
}

std::optional<bool> FaultMapCone::left_in_array(const ComputeView* last, bool last_input_differs) const {
  if (last == nullptr) {
    return std::nullopt;
  }
  if (array_->leaves_residue() || !array_->stuck_stationary()) {
    return array_->leaves_residue();
  }
  const bool weights_move = schedule_.config().grid.dataflow == hw::Dataflow::kInputStationary;
  if (weights_move && last_input_differs) {
    return std::nullopt;  // the array may hold right values of wrong inputs
  }
  for (int row = 0; row < array_->rows(); ++row) {
    for (int column = 0; column < array_->columns(); ++column) {
      const int8_t held = last->stationary(last->folds() - 1, row, column).value;
      if (array_->element(row, column).other.of(held) != held) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace faultline::engine
