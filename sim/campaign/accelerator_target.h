#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "sim/campaign/inference_target.h"
#include "sim/engine/fault_follower.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/simulation_engine.h"
#include "sim/model/dataset.h"

namespace faultline::campaign {

/// The answer that all tensors of one inference hold.
Answer answer_of(const model::Network& network, const std::vector<model::Values>& tensors);

/// Where a masked fault was masked that came so far and no further.
MaskedIn masked_in(engine::Station farthest);

/// When each layer began.
std::vector<LayerSpan> layer_spans(const std::vector<engine::LayerCycles>& layers);

/// The simulated machine with a network and images, as campaigns strike it.
class AcceleratorTarget : public InferenceTarget {
 public:
  /// All must outlive the target. `exact` is the same network with the exact multiplier; the data set must fit the
  /// network. With a `follower`, which must be of `engine`, it answers instead of the simulation.
  AcceleratorTarget(engine::SimulationEngine& engine, const engine::FunctionalEngine& exact,
                    const model::Dataset& dataset, engine::FaultFollower* follower = nullptr)
      : engine_(engine), exact_(exact), dataset_(dataset), follower_(follower) {}

  const hw::StateTable& state() const override { return engine_.platform().state(); }
  size_t images() const override { return dataset_.size(); }
  int label(size_t image) const override { return dataset_.labels[image]; }
  int exact_class(size_t image) override;
  GoldenInference golden(size_t image) override;
  FaultyInference strike(const hw::Faults& faults, uint64_t cycle_limit) override;

 private:
  GoldenInference followed_golden(const model::Values& input);
  FaultyInference follow(const hw::Faults& faults, uint64_t cycle_limit);

  engine::SimulationEngine& engine_;
  const engine::FunctionalEngine& exact_;
  const model::Dataset& dataset_;
  engine::FaultFollower* follower_;
  engine::GoldenRun golden_;
  std::map<size_t, int> exact_classes_;
};

}  // namespace faultline::campaign
