#include "sim/engine/end_difference.h"

#include <algorithm>

#include "sim/mapping/activations.h"

namespace faultline::engine {
namespace {

bool any_differs(const ConeEffect::UnusedSums& sums) {
  return std::any_of(sums.begin(), sums.end(), [](const auto& entry) { return entry.second != 0; });
}

}  // namespace

/// True when what a layer's buffers still hold at the end differs.
bool EndDifference::left_in_buffers(size_t layer) const {
  const model::Operator& operation = step(layer);
  return kept_bytes_differ(operation.inputs.front(), end_.inputs(layer)) ||
         (!effect_.output_buffer_spared(layer) && kept_bytes_differ(operation.output, end_.outputs(layer)));
}

/// `kept`: a bit for each byte of an element that the accelerator still holds.
bool EndDifference::kept_bytes_differ(model::TensorId tensor, const std::vector<uint8_t>& kept) const {
  const model::Values& golden = golden_->tensors[static_cast<size_t>(tensor)];
  const model::Values& now = incremental_.tensors()[static_cast<size_t>(tensor)];
  const auto& changed = incremental_.differences(tensor);
  return std::any_of(changed.begin(), changed.end(), [&](size_t i) {
    auto differing = static_cast<uint64_t>(integer_at(now, i) ^ integer_at(golden, i));
    for (unsigned bytes = kept[i]; bytes != 0 && differing != 0; bytes >>= 1, differing >>= 8) {
      if ((bytes & 1) != 0 && (differing & 0xFF) != 0) {
        return true;
      }
    }
    return false;
  });
}

/// True when the last window of the last pooling differs: registers hold it, lane by lane.
bool EndDifference::left_in_window() const {
  const auto join = [&](const std::vector<EndOfRun::Source>& sources, const std::vector<model::Values>& tensors) {
    int64_t joined = end_.last_window_is_maximum() ? network_.format.lowest() : 0;
    for (const EndOfRun::Source& source : sources) {
      const auto tensor = static_cast<size_t>(step(source.layer).inputs.front());
      const int64_t code = integer_at(tensors[tensor], source.element);
      joined = end_.last_window_is_maximum() ? std::max(joined, code) : joined + code;
    }
    return joined;
  };
  const auto& lanes = end_.last_window();
  return std::any_of(lanes.begin(), lanes.end(), [&](const auto& sources) {
    return join(sources, incremental_.tensors()) != join(sources, golden_->tensors);
  });
}

int64_t EndDifference::tile_sum(const EndOfRun::UnusedSum& unused) const {
  int64_t sum = 0;
  for (int64_t fold = 0; fold < unused.view->folds_a_tile(); ++fold) {
    sum += unused.view->fold_sum(unused.tile * unused.view->folds_a_tile() + fold, unused.phase, unused.row,
                                 unused.column);
  }
  return effect_.wrapped_sum(sum);
}

/// Adds by how much sums of a layer without a neuron that the buffer still holds, `tile_sum` of the present inputs,
/// differ from the golden ones.
template <typename TileSum>
void EndDifference::add_unused_sums(size_t layer, TileSum now, ConeEffect::UnusedSums& differences) {
  const model::TensorId input = step(layer).inputs.front();
  const auto difference_at = [&](const EndOfRun::UnusedSum& unused) -> int64_t& {
    const StreamSlot first{unused.tile * unused.view->folds_a_tile(), unused.phase};
    return differences[{unused.view->target(first, unused.row, unused.column).row, unused.column}];
  };
  inputs_.use_golden(layer);
  for (const EndOfRun::UnusedSum& unused : end_.unused_sums(layer)) {
    int64_t& sum = difference_at(unused);
    sum = effect_.wrapped_sum(sum - tile_sum(unused));
  }
  inputs_.set(layer,
              mapping::to_dram(incremental_.tensors()[static_cast<size_t>(input)], schedule_.layer(layer).input));
  for (const EndOfRun::UnusedSum& unused : end_.unused_sums(layer)) {
    int64_t& sum = difference_at(unused);
    sum = effect_.wrapped_sum(sum + now(unused));
  }
}

bool EndDifference::left_behind() {
  if (effect_.residue() || incremental_.watched_sum_differs()) {
    return true;
  }
  ConeEffect::UnusedSums unused = effect_.unused();
  if (effect_.layer() == schedule_.layers()) {
    return any_differs(unused);
  }
  for (size_t layer = effect_.layer(); layer < schedule_.layers(); ++layer) {
    if (left_in_buffers(layer)) {
      return true;
    }
  }
  if (left_in_window()) {
    return true;
  }
  for (size_t layer = effect_.layer() + 1; layer < schedule_.layers(); ++layer) {
    if (!incremental_.differences(step(layer).inputs.front()).empty()) {
      add_unused_sums(
          layer, [&](const EndOfRun::UnusedSum& sum) { return tile_sum(sum); }, unused);
    }
  }
  return any_differs(unused);
}

std::optional<bool> EndDifference::left_behind_by_map() {
  const bool computes = end_.last_compute != nullptr;
  const bool last_input_differs =
      computes && !incremental_.differences(step(end_.last_compute->command().layer).inputs.front()).empty();
  const std::optional<bool> in_array = map_.left_in_array(end_.last_compute, last_input_differs);
  if (!in_array || *in_array || incremental_.watched_sum_differs() || left_in_window()) {
    return in_array ? std::optional(true) : std::nullopt;
  }
  ConeEffect::UnusedSums unused;
  for (size_t layer = 0; layer < schedule_.layers(); ++layer) {
    if (left_in_buffers(layer)) {
      return true;
    }
    add_unused_sums(
        layer, [&](const EndOfRun::UnusedSum& sum) { return map_.tile_sum(sum); }, unused);
  }
  return any_differs(unused);
}

}  // namespace faultline::engine
