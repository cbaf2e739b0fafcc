#include "sim/campaign/prepared_campaign.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/campaign/loaded_design.h"
#include "sim/config/user_error.h"
#include "sim/inject/fault_list.h"
#include "sim/inject/fault_sampler.h"
#include "sim/model/network_input.h"

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

/// What is to be run is planned in memory.
constexpr uint64_t kMostRuns = 100'000'000;

}  // namespace

struct PreparedCampaign::Implementation {
  explicit Implementation(const ExperimentConfig& experiment) : config(experiment), design(experiment) {
    const model::Values first = model::network_input(*design.network, design.dataset.image(0));
    const engine::AcceleratorRun golden = design.engine.run(first);
    golden_cycles = golden.total_cycles;
    layers = layer_spans(golden);
    const hw::StateTable& table = design.target.state();
    if (config.fault_list.empty()) {
      auto drawn = std::make_unique<inject::FaultSample>(config.sample, table, golden_cycles, design.dataset.size());
      sample = drawn.get();
      source = std::move(drawn);
    } else {
      source = std::make_unique<inject::FaultListExperiments>(inject::read_fault_list(config.fault_list), table,
                                                              golden_cycles, design.dataset.size());
    }
    if (source->size() > kMostRuns / source->images_per_experiment()) {
      throw UserError(config.file, 0,
                      fmt::format("{} experiments on {} images each are too many for one campaign", source->size(),
                                  source->images_per_experiment()),
                      fmt::format("ask for at most {} runs", kMostRuns));
    }
  }

  ordered_json effective_experiment() const;

  ExperimentConfig config;
  LoadedDesign design;
  uint64_t golden_cycles = 0;
  std::vector<LayerSpan> layers;
  std::unique_ptr<inject::ExperimentSource> source;
  const inject::FaultSample* sample = nullptr;  ///< `source`, when it is a sample
};

PreparedCampaign::PreparedCampaign(const ExperimentConfig& config)
    : implementation_(std::make_unique<Implementation>(config)) {}

PreparedCampaign::~PreparedCampaign() = default;

InferenceTarget& PreparedCampaign::target() {
  return implementation_->design.target;
}
inject::ExperimentSource& PreparedCampaign::experiments() {
  return *implementation_->source;
}
double PreparedCampaign::hang_factor() const {
  return implementation_->config.hang_factor;
}

ordered_json PreparedCampaign::Implementation::effective_experiment() const {
  ordered_json settings = design.effective_settings();
  settings["faults"] = faults_json(config, sample);
  settings["seed"] = config.sample.seed;
  settings["hang_factor"] = config.hang_factor;
  return settings;
}

CampaignDescription PreparedCampaign::description() const {
  const Implementation& all = *implementation_;
  CampaignDescription description;
  description.version = FAULTLINE_VERSION;
  description.experiment = all.effective_experiment();
  description.hashes = all.design.hashes();
  description.population = all.source->population();
  for (const hw::StateField& field : all.design.target.state().fields()) {
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
  const hw::StateTable& table = implementation_->design.target.state();
  std::vector<inject::FaultListEntry> entries;
  for (uint64_t number = 0; number < source.size(); ++number) {
    const auto added = inject::to_entries(table, source.at(number).faults, std::to_string(number));
    entries.insert(entries.end(), added.begin(), added.end());
  }
  inject::write_fault_list(entries, path);
}

}  // namespace faultline::campaign
