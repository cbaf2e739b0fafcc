#include "sim/campaign/prepared_campaign.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/campaign_experiments.h"
#include "sim/campaign/hardware_hash.h"
#include "sim/campaign/live_share.h"
#include "sim/config/accelerator_file.h"
#include "sim/config/user_error.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/inject/fault_list.h"
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

struct PreparedCampaign::Implementation {
  explicit Implementation(const ExperimentConfig& experiment)
      : config(experiment),
        hardware(experiment.accelerator.build()),
        network(std::make_shared<model::Network>(model::import_onnx(experiment.model))),
        dataset(load_images(experiment, *network)),
        kind(parse_engine(experiment.engine, experiment.file)),
        engine(network, hardware, kind),
        exact(network, hw::Multiplier()),
        target(engine, exact, dataset) {
    const model::Values input = model::network_input(*network, dataset.image(0));
    const engine::AcceleratorRun golden = engine.run(input);
    golden_cycles = golden.total_cycles;
    layers = layer_spans(golden);
    source = make_experiments(config, {target.state(), layers, golden_cycles, dataset.size()});
    population = source->population();
    if (config.fault_list.empty()) {
      const inject::FaultSpace space(config.sample, target.state(), golden_cycles, 1);
      population["live"] = to_json(observe_live_share(engine, input, layers, golden_cycles, space));
    }
  }

  ordered_json effective_experiment() const;
  ordered_json hashes() const;

  ExperimentConfig config;
  hw::AcceleratorConfig hardware;
  std::shared_ptr<const model::Network> network;
  model::Dataset dataset;
  engine::GridKind kind;
  engine::AcceleratorEngine engine;
  engine::FunctionalEngine exact;
  AcceleratorTarget target;
  uint64_t golden_cycles = 0;
  std::vector<LayerSpan> layers;
  std::unique_ptr<inject::ExperimentSource> source;
  ordered_json population;
};

PreparedCampaign::PreparedCampaign(const ExperimentConfig& config)
    : implementation_(std::make_unique<Implementation>(config)) {}

PreparedCampaign::~PreparedCampaign() = default;

InferenceTarget& PreparedCampaign::target() {
  return implementation_->target;
}
inject::ExperimentSource& PreparedCampaign::experiments() {
  return *implementation_->source;
}
double PreparedCampaign::hang_factor() const {
  return implementation_->config.hang_factor;
}

ordered_json PreparedCampaign::Implementation::effective_experiment() const {
  return {{"model", config.model},
          {"data", {{"source", config.data}, {"images", dataset.size()}}},
          {"accelerator", accelerator_json(hardware)},
          {"engine", to_string(kind)},
          {"faults", effective_faults(config, *source)},
          {"seed", config.sample.seed},
          {"hang_factor", config.hang_factor}};
}

ordered_json PreparedCampaign::Implementation::hashes() const {
  return {
      {"model", network->sha256}, {"data", dataset.sha256}, {"hardware", hardware_sha256(hardware, target.state())}};
}

CampaignDescription PreparedCampaign::description() const {
  const Implementation& all = *implementation_;
  CampaignDescription description;
  description.version = FAULTLINE_VERSION;
  description.experiment = all.effective_experiment();
  description.hashes = all.hashes();
  description.population = all.population;
  for (const hw::StateField& field : all.target.state().fields()) {
    hw::StateField described;
    described.path = field.path;
    described.kind = field.kind;
    described.bits = field.bits;
    described.is_signed = field.is_signed;
    described.dimensions = field.dimensions;
    description.fields.push_back(std::move(described));
  }
  for (const LayerSpan& layer : all.layers) {
    description.layers.push_back(layer.name);
  }
  for (const inject::Stratum& stratum : all.source->strata()) {
    description.strata.push_back({stratum.name, stratum.share});
  }
  description.experiments = all.source->size();
  description.images_per_experiment = all.source->images_per_experiment();
  description.weighted = all.source->weighted();
  description.distinct_population = all.source->distinct_population();
  description.golden_cycles = all.golden_cycles;
  description.confidence = all.config.confidence;
  return description;
}

void PreparedCampaign::write_fault_list(const std::string& path) const {
  const inject::ExperimentSource& source = *implementation_->source;
  const hw::StateTable& table = implementation_->target.state();
  if (source.pilot_size() > 0) {
    throw UserError("--write-list", 0, "what a pilot decides is not known before it has run",
                    "choose proportional allocation, or leave the option out");
  }
  std::vector<inject::FaultListEntry> entries;
  for (uint64_t number = 0; number < source.size(); ++number) {
    const auto added = inject::to_entries(table, source.at(number).faults, std::to_string(number));
    entries.insert(entries.end(), added.begin(), added.end());
  }
  inject::write_fault_list(entries, path);
}

}  // namespace faultline::campaign
