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

/// A decimal number as JSON: a number where it fits, else its digits as text.
ordered_json exact_number(const std::string& digits) {
  const bool fits = digits.size() < 20;
  return fits ? ordered_json(std::stoull(digits)) : ordered_json(digits);
}

/// Every experiment's row is kept in memory.
constexpr uint64_t kMostExperiments = 10'000'000;

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
    golden_cycles = engine.run(model::network_input(*network, dataset.image(0))).total_cycles;
    const hw::StateTable& table = target.state();
    if (config.fault_list.empty()) {
      auto drawn = std::make_unique<inject::FaultSample>(config.sample, table, golden_cycles, dataset.size());
      sample = drawn.get();
      source = std::move(drawn);
    } else {
      source = std::make_unique<inject::FaultListExperiments>(inject::read_fault_list(config.fault_list), table,
                                                              golden_cycles, dataset.size());
    }
    if (source->size() > kMostExperiments) {
      throw UserError(config.file, 0, fmt::format("{} experiments are too many for one run", source->size()),
                      fmt::format("ask for at most {}", kMostExperiments));
    }
  }

  ExperimentConfig config;
  hw::AcceleratorConfig hardware;
  std::shared_ptr<const model::Network> network;
  model::Dataset dataset;
  engine::GridKind kind;
  engine::AcceleratorEngine engine;
  engine::FunctionalEngine exact;
  AcceleratorTarget target;
  uint64_t golden_cycles = 0;
  std::unique_ptr<inject::ExperimentSource> source;
  const inject::FaultSample* sample = nullptr;  ///< `source`, when it is a sample
};

PreparedCampaign::PreparedCampaign(const ExperimentConfig& config)
    : implementation_(std::make_unique<Implementation>(config)) {}

PreparedCampaign::~PreparedCampaign() = default;

CampaignResult PreparedCampaign::run(const Campaign::Progress& progress) {
  Implementation& all = *implementation_;
  return Campaign(all.target, *all.source, all.config.hang_factor).run(progress);
}

CampaignEstimate PreparedCampaign::estimate() {
  Implementation& all = *implementation_;
  return Campaign(all.target, *all.source, all.config.hang_factor).estimate();
}

const hw::StateTable& PreparedCampaign::state() const {
  return implementation_->target.state();
}
const inject::ExperimentSource& PreparedCampaign::experiments() const {
  return *implementation_->source;
}
uint64_t PreparedCampaign::golden_cycles() const {
  return implementation_->golden_cycles;
}

ordered_json PreparedCampaign::effective_experiment() const {
  const Implementation& all = *implementation_;
  return {{"model", all.config.model},
          {"data", {{"source", all.config.data}, {"images", all.dataset.size()}}},
          {"accelerator", accelerator_json(all.hardware)},
          {"engine", to_string(all.kind)},
          {"faults", faults_json(all.config, all.sample)},
          {"seed", all.config.sample.seed},
          {"hang_factor", all.config.hang_factor}};
}

ordered_json PreparedCampaign::population() const {
  const Implementation& all = *implementation_;
  if (all.sample == nullptr) {
    return {{"kind", "list"},
            {"list", all.config.fault_list},
            {"images", all.dataset.size()},
            {"size", all.source->size()},
            {"sample", all.source->size()}};
  }
  const inject::FaultSample& sample = *all.sample;
  ordered_json structures = ordered_json::array();
  for (const inject::StructurePopulation& structure : sample.structures()) {
    structures.push_back({{"path", structure.path},
                          {"elements", structure.elements},
                          {"bits", structure.bits},
                          {"positions", structure.positions}});
  }
  return {{"kind", inject::to_string(sample.kind())},
          {"size", exact_number(sample.population())},
          {"positions", sample.positions()},
          {"models", sample.models()},
          {"cycles", sample.cycles()},
          {"images", sample.images()},
          {"sample", sample.size()},
          {"with_replacement", true},
          {"structures", std::move(structures)}};
}

ordered_json PreparedCampaign::hashes() const {
  const Implementation& all = *implementation_;
  return {{"model", all.network->sha256},
          {"data", all.dataset.sha256},
          {"hardware", hardware_sha256(all.hardware, all.target.state())}};
}

void PreparedCampaign::write_fault_list(const std::string& path) const {
  const inject::ExperimentSource& source = experiments();
  std::vector<inject::FaultListEntry> entries;
  for (uint64_t number = 0; number < source.size(); ++number) {
    const auto added = inject::to_entries(state(), source.at(number).faults, std::to_string(number));
    entries.insert(entries.end(), added.begin(), added.end());
  }
  inject::write_fault_list(entries, path);
}

}  // namespace faultline::campaign
