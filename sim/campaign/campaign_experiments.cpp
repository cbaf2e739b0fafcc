#include "sim/campaign/campaign_experiments.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "sim/campaign/allocation.h"
#include "sim/campaign/sample_size.h"
#include "sim/config/user_error.h"
#include "sim/inject/fault_list.h"
#include "sim/inject/fault_sampler.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

/// What is to be run is planned in memory.
constexpr uint64_t kMostRuns = 100'000'000;

std::vector<AllocationStratum> allocation_strata(const std::vector<inject::StratumDraws>& strata) {
  std::vector<AllocationStratum> all;
  std::transform(strata.begin(), strata.end(), std::back_inserter(all), [](const inject::StratumDraws& stratum) {
    return AllocationStratum{stratum.share, stratum.least, stratum.most};
  });
  return all;
}

/// A pilot that saw this many hits: the sum of shares is taken for whole experiments, which for experiments on several
/// images makes the deviation the largest that it can be.
PilotStratum pilot_stratum(const inject::PilotCount& count) {
  PilotStratum stratum;
  for (uint64_t n = 0; n < count.experiments; ++n) {
    stratum.add(std::clamp(count.hits - static_cast<double>(n), 0.0, 1.0));
  }
  return stratum;
}

inject::Allocator allocator() {
  inject::Allocator made;
  made.proportional = [](uint64_t total, const std::vector<inject::StratumDraws>& strata) {
    return proportional_allocation(total, allocation_strata(strata));
  };
  made.optimal = [](uint64_t total, const std::vector<inject::StratumDraws>& strata,
                    const std::vector<inject::PilotCount>& pilot) {
    std::vector<PilotStratum> seen;
    std::transform(pilot.begin(), pilot.end(), std::back_inserter(seen), pilot_stratum);
    return neyman_allocation(total, allocation_strata(strata), seen);
  };
  return made;
}

/// `count`, or the population (in decimal) where that is less.
uint64_t at_most(uint64_t count, const std::string& population) {
  constexpr size_t kCertainDigits = 19;
  return population.size() > kCertainDigits ? count : std::min<uint64_t>(count, std::stoull(population));
}

/// Experiments that reach the margin whatever the rate is, or that a sequential campaign may run at most: since it
/// looks often it is stricter than a fixed sample, and needs more of them if the rate turns out to be the worst.
uint64_t size_for_margin(const ExperimentConfig& config, const std::string& population) {
  if (config.sequential && config.sequential->max) {
    return at_most(*config.sequential->max, population);
  }
  MarginTerms terms;
  terms.confidence = config.confidence;
  terms.exact_quantile = !has_rounded_quantile(config.confidence);
  const uint64_t fixed = sample_size(population, *config.margin, terms);
  return config.sequential ? at_most(2 * fixed, population) : fixed;
}

std::unique_ptr<inject::ExperimentSource> draw_experiments(const ExperimentConfig& config, const StruckDesign& design) {
  inject::SampleContext context{design.table, design.cycles, design.images, {}, allocator(), {}};
  for (const LayerSpan& layer : design.layers) {
    context.layers.push_back({layer.name, layer.first_cycle});
  }
  if (config.margin) {
    context.sample_size = [&](const std::string& population) { return size_for_margin(config, population); };
  }
  return config.sample.sampler->make(config.sample, context);
}

void check_runs(const ExperimentConfig& config, const inject::ExperimentSource& experiments) {
  if (experiments.size() > kMostRuns / experiments.images_per_experiment()) {
    throw UserError(config.file, 0,
                    fmt::format("{} experiments on {} images each are too many for one campaign", experiments.size(),
                                experiments.images_per_experiment()),
                    fmt::format("ask for at most {} runs", kMostRuns));
  }
}

}  // namespace

std::unique_ptr<inject::ExperimentSource> make_experiments(const ExperimentConfig& config, const StruckDesign& design) {
  auto experiments = config.fault_list.empty()
                         ? draw_experiments(config, design)
                         : std::make_unique<inject::FaultListExperiments>(inject::read_fault_list(config.fault_list),
                                                                          design.table, design.cycles, design.images);
  check_runs(config, *experiments);
  return experiments;
}

ordered_json effective_faults(const ExperimentConfig& config, const inject::ExperimentSource& experiments) {
  ordered_json faults = config.fault_list.empty()
                            ? inject::to_json(config.sample, experiments.population()["kind"].get<std::string>())
                            : ordered_json{{"list", config.fault_list}};
  if (config.margin) {
    faults["margin"] = *config.margin;
  }
  faults["confidence"] = config.confidence;
  if (config.sequential) {
    faults["sequential"] = {{"batch", config.sequential->batch}, {"max", experiments.size()}};
  }
  if (config.fault_list.empty()) {
    faults["question"] = config.question;
  }
  return faults;
}

}  // namespace faultline::campaign
