#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/inference_engine.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Samples to infer, one after another.
struct Samples {
  size_t count = 0;
  std::function<model::Values(size_t index)> input;
  std::function<int(size_t index)> label;  ///< the true class; unset where there are no labels
};

/// What came of many inferences.
struct InferenceSummary {
  size_t images = 0;
  std::optional<double> accuracy;  ///< share of samples whose class is the label
  /// SHA-256 over the final logits of all samples in order, dequantised, as little-endian float32.
  std::string logits_sha256;
  std::vector<LayerCycles> layers;             ///< of one inference; without cycles when the engine has no clock
  std::optional<uint64_t> total_cycles;        ///< of one inference: they do not depend on data
  std::optional<uint64_t> unprotected_cycles;  ///< AcceleratorRun::unprotected_cycles
  std::optional<uint64_t> simulated_cycles;    ///< of all inferences together
  std::vector<model::Values> outputs;          ///< the graph's first output, per sample
  double wall_s = 0;                           ///< of the inferences alone
};

/// Runs all samples. `progress` is called after each with the number done.
InferenceSummary run_samples(const Inference& inference, const model::Network& network, const Samples& samples,
                             const std::function<void(size_t done)>& progress);

}  // namespace faultline::engine
