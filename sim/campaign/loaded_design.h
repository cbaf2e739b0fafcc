#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/experiment_file.h"
#include "sim/campaign/neuron_target.h"

namespace faultline::campaign {

/// The design that an experiment strikes, loaded and checked: the network, the images and the simulated machine (one
/// per process).
struct LoadedDesign {
  /// Of `experiment`, only what names the design is read: model, data, images, accelerator, engine, clip, hardened.
  /// Throws UserError for whatever is wrong with the files and settings.
  explicit LoadedDesign(const ExperimentConfig& experiment);

  /// What the experiment strikes: the accelerator, or the network's neurons.
  InferenceTarget& struck();
  const InferenceTarget& struck() const;
  /// The settings with every default filled in: model, data, accelerator, engine.
  nlohmann::ordered_json effective_settings() const;
  /// How many neurons are protected and how many further words they take; null where none is.
  nlohmann::ordered_json protection() const;
  /// SHA-256 of model, data and hardware, and of the clip design and the hardened design where there is one.
  nlohmann::ordered_json hashes() const;

  const ExperimentConfig config;
  const std::unique_ptr<const engine::Machine> machine;
  const std::shared_ptr<const model::Network> network;
  const model::Dataset dataset;
  const engine::StruckMachine simulated;
  const engine::FunctionalEngine exact;
  AcceleratorTarget target;
  const std::unique_ptr<const engine::FunctionalEngine> functional;  ///< where neurons are struck
  const std::unique_ptr<NeuronTarget> neurons;                       ///< likewise
};

}  // namespace faultline::campaign
