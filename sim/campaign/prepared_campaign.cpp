#include "sim/campaign/prepared_campaign.h"

#include <utility>
#include <vector>

#include "sim/campaign/campaign_experiments.h"
#include "sim/campaign/live_share.h"
#include "sim/campaign/loaded_design.h"
#include "sim/campaign/metric.h"
#include "sim/config/user_error.h"
#include "sim/inject/fault_list.h"
#include "sim/model/network_input.h"

namespace faultline::campaign {

using nlohmann::ordered_json;

struct PreparedCampaign::Implementation {
  explicit Implementation(const ExperimentConfig& experiment) : config(experiment), design(experiment) {
    const model::Values input = model::network_input(*design.network, design.dataset.image(0));
    if (design.neurons != nullptr) {
      const GoldenInference golden = design.neurons->golden(0);
      golden_cycles = golden.cycles;
      layers = golden.layers;
    } else {
      const engine::AcceleratorRun golden = design.simulated.engine->run(input);
      golden_cycles = golden.total_cycles;
      layers = layer_spans(golden.layers);
    }
    const hw::StateTable& table = design.struck().state();
    source = make_experiments(config, {table, layers, golden_cycles, design.dataset.size()});
    rule = make_rule();
    population = source->population();
    if (const ordered_json protection = design.protection(); !protection.is_null()) {
      population["protection"] = protection;
    }
    if (config.fault_list.empty() && design.neurons == nullptr) {
      const inject::FaultSpace space(config.sample, table, golden_cycles, 1);
      population["live"] = to_json(observe_live_share(*design.simulated.engine, input, layers, golden_cycles, space));
    }
  }

  ordered_json effective_experiment() const;
  const Metric& question() const;
  std::optional<StopRule> make_rule() const;

  ExperimentConfig config;
  LoadedDesign design;
  uint64_t golden_cycles = 0;
  std::vector<LayerSpan> layers;
  std::unique_ptr<inject::ExperimentSource> source;
  std::optional<StopRule> rule;
  ordered_json population;
};

PreparedCampaign::PreparedCampaign(const ExperimentConfig& config)
    : implementation_(std::make_unique<Implementation>(config)) {}

PreparedCampaign::~PreparedCampaign() = default;

InferenceTarget& PreparedCampaign::target() {
  return implementation_->design.struck();
}
inject::ExperimentSource& PreparedCampaign::experiments() {
  return *implementation_->source;
}
double PreparedCampaign::hang_factor() const {
  return implementation_->config.hang_factor;
}

const Metric& PreparedCampaign::question() const {
  return implementation_->question();
}
const std::optional<StopRule>& PreparedCampaign::stop_rule() const {
  return implementation_->rule;
}

const Metric& PreparedCampaign::Implementation::question() const {
  return metrics().at(metric_index(config.question, config.file));
}

std::optional<StopRule> PreparedCampaign::Implementation::make_rule() const {
  if (!config.sequential) {
    return std::nullopt;
  }
  const uint64_t batch = config.sequential->batch;
  return StopRule(SequentialRule(*config.margin, config.confidence, batch, source->size()), batch, question());
}

ordered_json PreparedCampaign::Implementation::effective_experiment() const {
  ordered_json settings = design.effective_settings();
  settings["faults"] = effective_faults(config, *source);
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
  description.population = all.population;
  for (const hw::StateField& field : all.design.struck().state().fields()) {
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
  description.pilot = all.source->pilot_size();
  description.confidence = all.config.confidence;
  description.interval_confidence = all.rule ? all.rule->look_confidence() : all.config.confidence;
  return description;
}

void PreparedCampaign::write_fault_list(PendingFile& file) const {
  const inject::ExperimentSource& source = *implementation_->source;
  const hw::StateTable& table = implementation_->design.struck().state();
  if (source.pilot_size() > 0) {
    throw UserError("--write-list", 0, "what a pilot decides is not known before it has run",
                    "choose proportional allocation, or leave the option out");
  }
  std::vector<inject::FaultListEntry> entries;
  for (uint64_t number = 0; number < source.size(); ++number) {
    const auto added = inject::to_entries(table, source.at(number).faults, std::to_string(number));
    entries.insert(entries.end(), added.begin(), added.end());
  }
  inject::write_fault_list(entries, file.path(), file.temporary());
}

}  // namespace faultline::campaign
