#include "sim/inject/importance_sample.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "sim/inject/site_box.h"

namespace faultline::inject {
namespace {

/// Far apart from each other, one faulty draw would outweigh all others.
constexpr double kSmallestFactor = 1e-6;
constexpr double kLargestFactor = 1e6;

class ImportanceSampler : public FaultSampler {
 public:
  explicit ImportanceSampler(std::vector<ImportanceFactor> factors) : factors_(std::move(factors)) {}

  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<ImportanceSample>(request, factors_, context);
  }
  void describe(nlohmann::ordered_json& faults) const override {
    for (const ImportanceFactor& factor : factors_) {
      faults["importance"][factor.pattern] = factor.factor;
    }
  }

 private:
  std::vector<ImportanceFactor> factors_;
};

std::shared_ptr<const FaultSampler> read_importance_sample(const config::YamlValue& faults) {
  const config::YamlValue importance = faults.require("importance");
  if (!importance.is_mapping() || importance.keys().empty()) {
    importance.fail("importance is no list of patterns and factors", "write it as {\"controller.*\": 10}");
  }
  std::vector<ImportanceFactor> factors;
  for (const std::string& pattern : importance.keys()) {
    const config::YamlValue factor = importance.require(pattern);
    factors.push_back({pattern,
                       factor.number("a factor of importance", kSmallestFactor, kLargestFactor),
                       {factor.file(), factor.line()}});
  }
  return std::make_shared<ImportanceSampler>(std::move(factors));
}

const FaultSamplerRegistration kRegistration{{"importance", "importance", "", {}, {}, read_importance_sample}};

/// Moves what a set of sites holds of `from` to the result.
std::vector<StructurePopulation> take(std::vector<StructurePopulation>& from, const SiteSet& named) {
  std::vector<StructurePopulation> taken;
  std::vector<StructurePopulation> left;
  for (const StructurePopulation& structure : from) {
    const auto common = intersection(structure.sites, named);
    if (!common) {
      left.push_back(structure);
      continue;
    }
    taken.push_back(structure);
    taken.back().sites = *common;
    for (SiteSet& rest : difference(structure.sites, *common)) {
      left.push_back(structure);
      left.back().sites = std::move(rest);
    }
  }
  from = std::move(left);
  return taken;
}

bool any_common(const std::vector<StructurePopulation>& structures, const SiteSet& named) {
  return std::any_of(structures.begin(), structures.end(), [&](const StructurePopulation& structure) {
    return intersection(structure.sites, named).has_value();
  });
}

}  // namespace

ImportanceSample::ImportanceSample(const SampleRequest& request, const std::vector<ImportanceFactor>& factors,
                                   const SampleContext& context)
    : DrawnExperiments(request, context) {
  std::vector<StructurePopulation> rest = space().structures();
  for (const ImportanceFactor& factor : factors) {
    std::vector<StructurePopulation> taken;
    bool named_before = false;
    for (const SiteSet& named : find_sites(context.table, factor.pattern, factor.place)) {
      const std::vector<StructurePopulation> found = take(rest, named);
      taken.insert(taken.end(), found.begin(), found.end());
      for (const Part& part : parts_) {
        named_before = named_before || any_common(part.space.structures(), named);
      }
    }
    if (named_before) {
      factor.place.fail(fmt::format("'{}' names sites that another pattern of importance names", factor.pattern),
                        "give every site one factor");
    }
    add_part(factor.pattern, factor.factor, std::move(taken));
    if (parts_.empty() || parts_.back().pattern != factor.pattern) {
      factor.place.fail(fmt::format("'{}' names nothing that is drawn from", factor.pattern), "name sites of `where`");
    }
  }
  add_part("", 1, std::move(rest));
  const double total = std::accumulate(parts_.begin(), parts_.end(), 0.0,
                                       [](double sum, const Part& part) { return sum + part.probability; });
  for (Part& part : parts_) {
    part.probability /= total;
    part.weight = total / static_cast<double>(space().size()) / part.factor;
  }
}

void ImportanceSample::add_part(const std::string& pattern, double factor,
                                std::vector<StructurePopulation> structures) {
  FaultSpace part = space().within(std::move(structures));
  if (part.positions() > 0) {
    const double mass = factor * static_cast<double>(part.size());
    parts_.push_back({pattern, factor, std::move(part), mass, 1});
  }
}

/// From streams of their own, since images and upsets are drawn from the experiment's.
DrawnExperiments::Draw ImportanceSample::draw(uint64_t number) const {
  constexpr uint64_t kMemberStreams = uint64_t{1} << 62;
  hw::CounterRandom random(seed(), kMemberStreams + number);
  double left = random.uniform_real();
  size_t drawn = 0;
  while (drawn + 1 < parts_.size() && left >= parts_[drawn].probability) {
    left -= parts_[drawn].probability;
    ++drawn;
  }
  const Part& part = parts_[drawn];
  return {part.space.member(uniform_below(random, part.space.size())), 0, part.weight};
}

nlohmann::ordered_json ImportanceSample::population() const {
  nlohmann::ordered_json object = DrawnExperiments::population();
  for (const Part& part : parts_) {
    object["importance"].push_back(
        {{"pattern", part.pattern.empty() ? "(all others)" : part.pattern},
         {"factor", part.factor},
         {"share", static_cast<double>(part.space.size()) / static_cast<double>(space().size())},
         {"drawn_share", part.probability},
         {"weight", part.weight}});
  }
  return object;
}

}  // namespace faultline::inject
