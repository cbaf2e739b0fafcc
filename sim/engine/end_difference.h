#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/engine/end_of_run.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/fault_map_cone.h"
#include "sim/engine/golden_activations.h"
#include "sim/engine/incremental_inference.h"
#include "sim/engine/network_schedule.h"
#include "sim/engine/struck_inputs.h"

namespace faultline::engine {

/// Whether what is in the accelerator when an inference with equal outputs is over differs from the golden run:
/// whether its faults are latent.
class EndDifference {
 public:
  /// All must outlive this object.
  EndDifference(const model::Network& network, const NetworkSchedule& schedule, const EndOfRun& end,
                const ConeEffect& effect, const IncrementalInference& incremental, FaultMapCone& map,
                StruckInputs& inputs)
      : network_(network),
        schedule_(schedule),
        end_(end),
        effect_(effect),
        incremental_(incremental),
        map_(map),
        inputs_(inputs) {}

  /// Takes up an image; `golden` must live until the next.
  void begin(const GoldenActivations& golden) { golden_ = &golden; }
  /// After faults whose effects are known.
  bool left_behind();
  /// After a map of permanent faults; nothing when it is not known.
  std::optional<bool> left_behind_by_map();

 private:
  const model::Operator& step(size_t layer) const { return *network_.operators[schedule_.layer(layer).operator_index]; }
  bool left_in_buffers(size_t layer) const;
  bool kept_bytes_differ(model::TensorId tensor, const std::vector<uint8_t>& kept) const;
  bool left_in_window() const;
  int64_t tile_sum(const EndOfRun::UnusedSum& unused) const;
  template <typename TileSum>
  void add_unused_sums(size_t layer, TileSum now, ConeEffect::UnusedSums& differences);

  const model::Network& network_;
  const NetworkSchedule& schedule_;
  const EndOfRun& end_;
  const ConeEffect& effect_;
  const IncrementalInference& incremental_;
  FaultMapCone& map_;
  StruckInputs& inputs_;
  const GoldenActivations* golden_ = nullptr;
};

}  // namespace faultline::engine
