#include "sim/campaign/prepared_campaign.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/hardware_hash.h"
#include "sim/config/accelerator_file.h"
#include "sim/config/user_error.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/inject/fault_list.h"
#include "sim/inject/fault_sampler.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

ordered_json faults_json(const ExperimentConfig& config, const inject::FaultSample* sample) {
  if (sample == nullptr) {
    return {{"list", config.fault_list}};
  }
  return {{"model", inject::to_string(config.sample.model)},
          {"sample", config.sample.size},
          {"where", config.sample.where},
          {"population", inject::to_string(sample->kind())},
          {"bits", config.sample.bits},
          {"duration", config.sample.duration},
          {"period", config.sample.period}};
}

ordered_json accelerator_json(const hw::AcceleratorConfig& config) {
  ordered_json object;
  for (const auto& [key, value] : config::effective_settings(config)) {
    std::visit([&, name = key](const auto& held) { object[name] = held; }, value);
  }
  return object;
}

/// What is to be run is planned in memory.
constexpr uint64_t kMostRuns = 100'000'000;

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
        cone(uses_cone(experiment.engine) ? std::make_unique<engine::ConeEngine>(engine, network, hardware) : nullptr),
        exact(network, hw::Multiplier()),
        target(engine, exact, dataset, cone.get()) {
    const engine::AcceleratorRun golden = engine.run(model::network_input(*network, dataset.image(0)));
    golden_cycles = golden.total_cycles;
    layers = layer_spans(golden.layers);
    const hw::StateTable& table = target.state();
    if (config.fault_list.empty()) {
      auto drawn = std::make_unique<inject::FaultSample>(config.sample, table, golden_cycles, dataset.size());
      sample = drawn.get();
      source = std::move(drawn);
    } else {
      source = std::make_unique<inject::FaultListExperiments>(inject::read_fault_list(config.fault_list), table,
                                                              golden_cycles, dataset.size());
    }
    if (source->size() > kMostRuns / source->images_per_experiment()) {
      throw UserError(config.file, 0,
                      fmt::format("{} experiments on {} images each are too many for one campaign", source->size(),
                                  source->images_per_experiment()),
                      fmt::format("ask for at most {} runs", kMostRuns));
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
  std::unique_ptr<engine::ConeEngine> cone;
  engine::FunctionalEngine exact;
  AcceleratorTarget target;
  uint64_t golden_cycles = 0;
  std::vector<LayerSpan> layers;
  std::unique_ptr<inject::ExperimentSource> source;
  const inject::FaultSample* sample = nullptr;  ///< `source`, when it is a sample
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
          {"engine", cone != nullptr ? "cone" : to_string(kind)},
          {"faults", faults_json(config, sample)},
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
  description.population = all.source->population();
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
  return description;
}

void PreparedCampaign::write_fault_list(const std::string& path) const {
  const inject::ExperimentSource& source = *implementation_->source;
  const hw::StateTable& table = implementation_->target.state();
  std::vector<inject::FaultListEntry> entries;
  for (uint64_t number = 0; number < source.size(); ++number) {
    const auto added = inject::to_entries(table, source.at(number).faults, std::to_string(number));
    entries.insert(entries.end(), added.begin(), added.end());
  }
  inject::write_fault_list(entries, path);
}

}  // namespace faultline::campaign
