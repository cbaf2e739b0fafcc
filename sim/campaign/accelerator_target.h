#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "sim/campaign/inference_target.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/cone_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/dataset.h"

namespace faultline::campaign {

/// The answer that all tensors of one inference hold.
Answer answer_of(const model::Network& network, const std::vector<model::Values>& tensors);

/// Where a masked fault was masked that came so far and no further.
MaskedIn masked_in(engine::Station farthest);

/// When each layer began.
std::vector<LayerSpan> layer_spans(const std::vector<engine::LayerCycles>& layers);

/// The simulated accelerator with a network and images, as campaigns strike it.
class AcceleratorTarget : public InferenceTarget {
 public:
  /// All must outlive the target. `exact` is the same network with the exact multiplier; the data set must fit the
  /// network. With a `cone`, which must be of `engine`, it strikes instead of the simulation.
  AcceleratorTarget(engine::AcceleratorEngine& engine, const engine::FunctionalEngine& exact,
                    const model::Dataset& dataset, engine::ConeEngine* cone = nullptr)
      : engine_(engine), exact_(exact), dataset_(dataset), cone_(cone) {}

  const hw::StateTable& state() const override { return engine_.platform().state(); }
  size_t images() const override { return dataset_.size(); }
  int label(size_t image) const override { return dataset_.labels[image]; }
  int exact_class(size_t image) override;
  GoldenInference golden(size_t image) override;
  FaultyInference strike(const std::vector<hw::Fault>& faults, uint64_t cycle_limit) override;

 private:
  GoldenInference golden_of_cone(const model::Values& input);
  FaultyInference strike_with_cone(const std::vector<hw::Fault>& faults, uint64_t cycle_limit);

  engine::AcceleratorEngine& engine_;
  const engine::FunctionalEngine& exact_;
  const model::Dataset& dataset_;
  engine::ConeEngine* cone_;
  engine::GoldenRun golden_;
  std::map<size_t, int> exact_classes_;
};

}  // namespace faultline::campaign
