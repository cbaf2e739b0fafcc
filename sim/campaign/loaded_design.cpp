#include "sim/campaign/loaded_design.h"

#include "sim/campaign/hardware_hash.h"
#include "sim/config/user_error.h"
#include "sim/harden/clip_design.h"
#include "sim/harden/hardened_design.h"
#include "sim/harden/network_changes.h"
#include "sim/model/network_input.h"
#include "sim/model/operand_width.h"
#include "sim/model/sha256.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

ordered_json accelerator_json(const engine::Machine& machine) {
  ordered_json object;
  for (const auto& [key, value] : machine.settings()) {
    std::visit([&, name = key](const auto& held) { object[name] = held; }, value);
  }
  return object;
}

/// With the units that a clip design and a hardened design need.
std::unique_ptr<const engine::Machine> load_machine(const ExperimentConfig& experiment) {
  std::unique_ptr<engine::Machine> machine = experiment.accelerator->build();
  if (!experiment.hardened.empty() && !strikes_neurons(experiment.engine)) {
    hw::ProtectionConfig* units = machine->protection();
    if (units == nullptr) {
      throw UserError(experiment.file, 0, "'hardened' needs an accelerator that can have a unit for it",
                      "use the engine neuron, or leave it out");
    }
    harden::add_unit(harden::read_hardened_design(experiment.hardened), *units);
  }
  harden::add_channel_bounds(experiment.clip, experiment.hardened, *machine);
  return machine;
}

/// The unit for critical neurons that has a layer computed again, or nothing.
std::string repeating_unit(const engine::Machine& machine) {
  const hw::ProtectionConfig* units = machine.protection();
  return units != nullptr && units->neuron_repeats ? units->neuron_unit : "";
}

std::string sha256(const std::string& text) {
  model::Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.finish();
}

std::shared_ptr<const model::Network> load_network(const ExperimentConfig& experiment, const engine::Machine& machine) {
  auto network = harden::changed_network(
      experiment.model,
      {experiment.remap_weights, experiment.calibrate, experiment.data, experiment.clip, experiment.hardened}, machine);
  if (strikes_neurons(experiment.engine)) {
    model::require_8_bit_operands(*network, "the engine neuron");
  }
  return network;
}

/// The cone engine does not know what the neuron unit does: the engine `cycle` simulates what it cannot follow.
std::string simulating_engine(const ExperimentConfig& experiment) {
  const bool followed = experiment.hardened.empty();
  const bool simulates = strikes_neurons(experiment.engine) || (engine::follows_faults(experiment.engine) && !followed);
  return simulates ? "cycle" : experiment.engine;
}

/// Of all biases, which calibration changes.
std::string biases_sha256(const model::Network& network) {
  model::Sha256 hash;
  for (const auto& step : network.operators) {
    if (const auto* layer = dynamic_cast<const model::MatrixOperator*>(step.get())) {
      hash.update(layer->post.bias.data(), layer->post.bias.size() * sizeof(layer->post.bias[0]));
    }
  }
  return hash.finish();
}

model::Dataset load_images(const ExperimentConfig& config, const model::Network& network) {
  model::Dataset dataset = model::load_dataset(config.data, model::Split::kTest, config.images);
  model::check_dataset_fits(network, dataset);
  return dataset;
}

}  // namespace

LoadedDesign::LoadedDesign(const ExperimentConfig& experiment)
    : config(experiment),
      machine(load_machine(experiment)),
      network(load_network(experiment, *machine)),
      dataset(load_images(experiment, *network)),
      simulated(machine->struck(simulating_engine(experiment), network, experiment.file)),
      exact(network, hw::Multiplier(network->format)),
      target(*simulated.engine, exact, dataset, simulated.follower.get()),
      functional(strikes_neurons(experiment.engine)
                     ? std::make_unique<engine::FunctionalEngine>(network, machine->multipliers(*network))
                     : nullptr),
      neurons(functional != nullptr
                  ? std::make_unique<NeuronTarget>(network, *functional, exact, dataset, repeating_unit(*machine))
                  : nullptr) {}

InferenceTarget& LoadedDesign::struck() {
  return neurons != nullptr ? static_cast<InferenceTarget&>(*neurons) : target;
}

const InferenceTarget& LoadedDesign::struck() const {
  return neurons != nullptr ? static_cast<const InferenceTarget&>(*neurons) : target;
}

ordered_json LoadedDesign::effective_settings() const {
  ordered_json settings = {{"model", config.model},
                           {"data", {{"source", config.data}, {"images", dataset.size()}}},
                           {"accelerator", accelerator_json(*machine)},
                           {"engine", neurons != nullptr ? "neuron" : simulated.name}};
  if (config.remap_weights) {
    settings["remap_weights"] = true;
  }
  if (config.calibrate > 0) {
    settings["calibrate"] = config.calibrate;
  }
  if (!config.clip.empty()) {
    settings["clip"] = config.clip;
  }
  if (!config.hardened.empty()) {
    settings["hardened"] = config.hardened;
  }
  return settings;
}

ordered_json LoadedDesign::protection() const {
  if (config.hardened.empty()) {
    return nullptr;
  }
  const harden::HardenedDesign design = harden::read_hardened_design(config.hardened);
  const int words = harden::find_neuron_scheme(design.scheme, design.file).words();
  return {{"scheme", design.scheme},
          {"neurons", design.neuron_count()},
          {"extra_words", design.neuron_count() * static_cast<size_t>(words - 1)}};
}

ordered_json LoadedDesign::hashes() const {
  ordered_json hashes = {
      {"model", network->sha256}, {"data", dataset.sha256}, {"hardware", hardware_sha256(*machine, struck().state())}};
  if (config.calibrate > 0) {
    hashes["biases"] = biases_sha256(*network);
  }
  if (!config.clip.empty()) {
    hashes["clip"] = sha256(harden::to_yaml(harden::read_clip_design(config.clip)));
  }
  if (!config.hardened.empty()) {
    hashes["hardened"] = sha256(harden::to_yaml(harden::read_hardened_design(config.hardened)));
  }
  return hashes;
}

}  // namespace faultline::campaign
