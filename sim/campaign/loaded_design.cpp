#include "sim/campaign/loaded_design.h"

#include "sim/campaign/hardware_hash.h"
#include "sim/config/accelerator_file.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

ordered_json accelerator_json(const hw::AcceleratorConfig& config) {
  ordered_json object;
  for (const auto& [key, value] : config::effective_settings(config)) {
    std::visit([&, name = key](const auto& held) { object[name] = held; }, value);
  }
  return object;
}

model::Dataset load_images(const ExperimentConfig& config, const model::Network& network) {
  model::Dataset dataset = model::load_dataset(config.data, model::Split::kTest, config.images);
  model::check_dataset_fits(network, dataset);
  return dataset;
}

}  // namespace

LoadedDesign::LoadedDesign(const ExperimentConfig& experiment)
    : config(experiment),
      hardware(experiment.accelerator.build()),
      network(std::make_shared<model::Network>(model::import_onnx(experiment.model))),
      dataset(load_images(experiment, *network)),
      kind(parse_engine(experiment.engine, experiment.file)),
      engine(network, hardware, kind),
      cone(uses_cone(experiment.engine) ? std::make_unique<engine::ConeEngine>(engine, network, hardware) : nullptr),
      exact(network, hw::Multiplier()),
      target(engine, exact, dataset, cone.get()) {}

ordered_json LoadedDesign::effective_settings() const {
  return {{"model", config.model},
          {"data", {{"source", config.data}, {"images", dataset.size()}}},
          {"accelerator", accelerator_json(hardware)},
          {"engine", cone != nullptr ? "cone" : to_string(kind)}};
}

ordered_json LoadedDesign::hashes() const {
  return {
      {"model", network->sha256}, {"data", dataset.sha256}, {"hardware", hardware_sha256(hardware, target.state())}};
}

}  // namespace faultline::campaign
