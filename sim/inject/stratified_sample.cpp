#include "sim/inject/stratified_sample.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/inject/uniform_sample.h"

namespace faultline::inject {
namespace {

enum Stream : uint32_t { kPilotOrder = 1, kRestOrder = 2, kFirstStratum = 3 };

uint64_t bounded(FaultCount count) {
  return static_cast<uint64_t>(std::min<FaultCount>(count, std::numeric_limits<uint64_t>::max()));
}

class StratifiedSampler : public FaultSampler {
 public:
  explicit StratifiedSampler(Stratification how) : how_(std::move(how)) {}

  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<StratifiedSample>(request, how_, context);
  }
  void describe(nlohmann::ordered_json& faults) const override {
    faults["strata"] = how_.factors;
    faults["allocation"] = how_.by_pilot ? "neyman" : "proportional";
    if (how_.pilot > 0) {
      faults["pilot"] = how_.pilot;
    }
  }

 private:
  Stratification how_;
};

std::string read_factor(const config::YamlValue& written, const std::vector<std::string>& before) {
  std::string factor = written.text("strata");
  std::vector<std::string> known;
  for (const StratumFactor& entry : stratum_factors()) {
    known.push_back(entry.name);
  }
  if (std::find(known.begin(), known.end(), factor) == known.end()) {
    written.fail(fmt::format("unknown strata '{}'", factor), fmt::format("use {}", fmt::join(known, ", ")));
  }
  if (std::find(before.begin(), before.end(), factor) != before.end()) {
    written.fail(fmt::format("strata name '{}' twice", factor), "name it once");
  }
  return factor;
}

std::shared_ptr<const FaultSampler> read_stratified_sample(const config::YamlValue& faults) {
  Stratification how;
  const config::YamlValue strata = faults.require("strata");
  for (const config::YamlValue& factor : strata.is_scalar() ? std::vector{strata} : strata.items("strata")) {
    how.factors.push_back(read_factor(factor, how.factors));
  }
  if (how.factors.empty()) {
    strata.fail("strata is empty", "name structure, layer or bit, or leave it out");
  }
  if (const auto allocation = faults.find("allocation")) {
    const std::string name = allocation->text("allocation");
    how.by_pilot = name == "neyman";
    if (name != "neyman" && name != "proportional") {
      allocation->fail(fmt::format("unknown allocation '{}'", name), "use proportional or neyman");
    }
  }
  if (const auto pilot = faults.find("pilot")) {
    how.pilot = static_cast<uint64_t>(pilot->integer("pilot", 1, int64_t{1} << 40));
    if (!how.by_pilot) {
      pilot->fail("'pilot' means nothing without 'allocation: neyman'", "leave it out");
    }
  }
  return std::make_shared<StratifiedSampler>(std::move(how));
}

const FaultSamplerRegistration kRegistration{
    {"stratified", "strata", "", {"allocation", "pilot"}, {}, read_stratified_sample}};

}  // namespace

StratifiedSample::StratifiedSample(const SampleRequest& request, const Stratification& how,
                                   const SampleContext& context)
    : DrawnExperiments(request, context),
      allocate_(context.allocate),
      strata_(divide(space(), how.factors, context)),
      by_pilot_(how.by_pilot) {
  check_sample_fits(space(), size());
  for (const FaultStratum& stratum : strata_) {
    orders_.emplace_back(seed(), kFirstStratum + static_cast<uint32_t>(orders_.size()), stratum.space.size());
  }
  const std::vector<uint64_t> none(strata_.size(), 0);
  const uint64_t pilot = by_pilot_ ? pilot_draws(how) : 0;
  if (size() < least_sample()) {
    space().place().fail(fmt::format("a sample of {} for {} strata", size(), strata_.size()),
                         fmt::format("draw at least {}, or make fewer strata", least_sample()));
  }
  if (!by_pilot_) {
    rest_ = make_phase(allocate_.proportional(size(), demands(1, none)), none);
    return;
  }
  if (pilot < least_pilot() || pilot + strata_.size() > size()) {
    space().place().fail(fmt::format("a pilot of {} in a sample of {} for {} strata", pilot, size(), strata_.size()),
                         fmt::format("make it at least {} and leave one experiment per stratum", least_pilot()));
  }
  pilot_draws_ = allocate_.proportional(pilot, demands(kLeastPilot, none));
  pilot_ = make_phase(pilot_draws_, none);
}

uint64_t StratifiedSample::least_pilot() const {
  return std::accumulate(strata_.begin(), strata_.end(), uint64_t{0}, [](uint64_t sum, const FaultStratum& stratum) {
    return sum + std::min(kLeastPilot, bounded(stratum.space.size()));
  });
}

uint64_t StratifiedSample::least_sample() const {
  return strata_.size() + (by_pilot_ ? least_pilot() : 0);
}

uint64_t StratifiedSample::pilot_draws(const Stratification& how) const {
  constexpr uint64_t kShareOfSample = 5;
  return how.pilot > 0 ? how.pilot : std::max(size() / kShareOfSample, least_pilot());
}

std::vector<StratumDraws> StratifiedSample::demands(uint64_t least, const std::vector<uint64_t>& taken) const {
  std::vector<StratumDraws> all;
  for (size_t i = 0; i < strata_.size(); ++i) {
    const FaultCount members = strata_[i].space.size();
    const uint64_t most = bounded(members) - taken[i];
    all.push_back({static_cast<double>(members) / static_cast<double>(space().size()), std::min(least, most), most});
  }
  return all;
}

StratifiedSample::Phase StratifiedSample::make_phase(const std::vector<uint64_t>& draws, std::vector<uint64_t> taken) {
  Phase phase;
  phase.cumulative.resize(draws.size());
  std::partial_sum(draws.begin(), draws.end(), phase.cumulative.begin());
  phase.taken = std::move(taken);
  return phase;
}

std::vector<Stratum> StratifiedSample::strata() const {
  std::vector<Stratum> all;
  for (const FaultStratum& stratum : strata_) {
    all.push_back({stratum.name, static_cast<double>(stratum.space.size()) / static_cast<double>(space().size())});
  }
  return all;
}

std::vector<FaultCount> StratifiedSample::stratum_sizes() const {
  std::vector<FaultCount> sizes;
  for (const FaultStratum& stratum : strata_) {
    sizes.push_back(stratum.space.size());
  }
  return sizes;
}

void StratifiedSample::settle(const std::vector<PilotCount>& by_stratum) {
  if (by_pilot_) {
    const uint64_t left = size() - pilot_.total();
    rest_ = make_phase(allocate_.optimal(left, demands(1, pilot_draws_), by_stratum), pilot_draws_);
  }
}

DrawnExperiments::Draw StratifiedSample::draw(uint64_t number) const {
  const bool in_pilot = number < pilot_.total();
  const Phase& phase = in_pilot ? pilot_ : rest_;
  if (phase.total() == 0) {
    throw std::logic_error("an experiment after the pilot is asked for before the pilot is settled");
  }
  const uint64_t place = in_pilot ? number : number - pilot_.total();
  const KeyedPermutation mixed(seed(), in_pilot ? kPilotOrder : kRestOrder, phase.total());
  const auto slot = static_cast<uint64_t>(mixed(place));
  const auto found = std::upper_bound(phase.cumulative.begin(), phase.cumulative.end(), slot);
  const auto stratum = static_cast<size_t>(found - phase.cumulative.begin());
  const uint64_t before = stratum == 0 ? 0 : phase.cumulative[stratum - 1];
  const FaultCount member = orders_[stratum](phase.taken[stratum] + slot - before);
  return {strata_[stratum].space.member(member), stratum, 1};
}

nlohmann::ordered_json StratifiedSample::population() const {
  nlohmann::ordered_json object = DrawnExperiments::population();
  object["allocation"] = by_pilot_ ? "neyman" : "proportional";
  object["pilot"] = pilot_.total();
  return object;
}

}  // namespace faultline::inject
