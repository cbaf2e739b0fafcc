#include "sim/inject/fault_sampler.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <utility>

#include <fmt/format.h>

#include "hw/common/counter_random.h"

namespace faultline::inject {
namespace {

constexpr std::array<std::pair<const char*, SampleModel>, 4> kModels = {
    std::pair{"flip", SampleModel::kFlip},
    std::pair{"stuck_at_0", SampleModel::kStuckAt0},
    std::pair{"stuck_at_1", SampleModel::kStuckAt1},
    std::pair{"stuck_at", SampleModel::kStuckAtBoth},
};
constexpr std::array<std::pair<const char*, Population>, 2> kPopulations = {
    std::pair{"storage", Population::kStorage},
    std::pair{"wire", Population::kWire},
};

template <typename Value, size_t Count>
const char* name_of(const std::array<std::pair<const char*, Value>, Count>& names, Value value) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == value; });
  return found->first;
}

template <typename Value, size_t Count>
Value value_of(const std::array<std::pair<const char*, Value>, Count>& names, const std::string& name, const char* what,
               const TextPlace& place) {
  std::string known;
  for (const auto& [text, value] : names) {
    if (name == text) {
      return value;
    }
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  place.fail(fmt::format("unknown {} '{}'", what, name), "use one of " + known);
}

Population population_of(const hw::StateField& field) {
  return field.kind == hw::StateKind::kWire ? Population::kWire : Population::kStorage;
}

Population choose(const std::vector<SiteSet>& sites, const hw::StateTable& table) {
  const bool storage = std::any_of(sites.begin(), sites.end(), [&](const SiteSet& set) {
    return population_of(table.fields()[set.field]) == Population::kStorage;
  });
  return storage ? Population::kStorage : Population::kWire;
}

hw::FaultModel fault_model(SampleModel model, bool second) {
  if (model == SampleModel::kFlip) {
    return hw::FaultModel::kFlip;
  }
  const bool one = model == SampleModel::kStuckAt1 || (model == SampleModel::kStuckAtBoth && second);
  return one ? hw::FaultModel::kStuckAt1 : hw::FaultModel::kStuckAt0;
}

/// A decimal number as JSON: a number where it fits, else its digits as text.
nlohmann::ordered_json exact_number(const std::string& digits) {
  const bool fits = digits.size() < 20;
  return fits ? nlohmann::ordered_json(std::stoull(digits)) : nlohmann::ordered_json(digits);
}

}  // namespace

const char* to_string(SampleModel model) {
  return name_of(kModels, model);
}
SampleModel parse_sample_model(const std::string& name, const TextPlace& place) {
  return value_of(kModels, name, "fault model", place);
}
const char* to_string(Population population) {
  return name_of(kPopulations, population);
}
Population parse_population(const std::string& name, const TextPlace& place) {
  return value_of(kPopulations, name, "population", place);
}

FaultSample::FaultSample(const SampleRequest& request, const hw::StateTable& table, uint64_t run_cycles, size_t images)
    : model_(request.model),
      size_(request.size),
      bits_(request.bits),
      duration_(request.duration),
      period_(request.period),
      seed_(request.seed),
      kind_(Population::kStorage),
      cycles_(request.model != SampleModel::kFlip && request.duration == 0 ? 1 : run_cycles),
      models_(request.model == SampleModel::kStuckAtBoth ? 2 : 1),
      images_(images) {
  const std::vector<SiteSet> named = find_all_sites(table, request.where, request.place);
  kind_ = request.population.value_or(choose(named, table));
  uint64_t total = 0;
  for (const SiteSet& set : named) {
    const hw::StateField& field = table.fields()[set.field];
    if (population_of(field) != kind_) {
      continue;
    }
    const auto places = static_cast<uint64_t>(std::max(0, field.bits - bits_ + 1));
    total += places * set.size();
    sites_.push_back(set);
    structures_.push_back({field.path, set.size(), field.bits, places * set.size()});
    cumulative_.push_back(total);
  }
  if (sites_.empty()) {
    request.place.fail(fmt::format("no {} site is among those named", to_string(kind_)),
                       "name sites of that kind, or leave `population` out");
  }
  if (total == 0) {
    request.place.fail(fmt::format("no site named has {} bits", bits_), "ask for fewer bits or wider sites");
  }
}

Experiment FaultSample::at(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  Experiment experiment;
  experiment.images = {static_cast<size_t>(random.uniform(images_))};
  uint64_t position = random.uniform(positions());
  const uint64_t start = random.uniform(cycles_);
  const bool second = random.uniform(models_) == 1;

  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), position);
  const auto set = static_cast<size_t>(found - cumulative_.begin());
  position -= set == 0 ? 0 : cumulative_[set - 1];
  const int width = structures_[set].bits;
  const auto places = static_cast<uint64_t>(width) - static_cast<uint64_t>(bits_) + 1;
  const uint64_t bits = bits_ == 64 ? ~uint64_t{0} : (uint64_t{1} << bits_) - 1;
  experiment.faults.push_back({sites_[set].at(position / places), bits << (position % places),
                               fault_model(model_, second), start, duration_, period_});
  return experiment;
}

std::string FaultSample::population_size() const {
  boost::multiprecision::cpp_int product = positions();
  product *= models_;
  product *= cycles_;
  product *= images_;
  return product.str();
}

nlohmann::ordered_json FaultSample::population() const {
  nlohmann::ordered_json structures = nlohmann::ordered_json::array();
  for (const StructurePopulation& structure : structures_) {
    structures.push_back({{"path", structure.path},
                          {"elements", structure.elements},
                          {"bits", structure.bits},
                          {"positions", structure.positions}});
  }
  return {{"kind", to_string(kind_)},
          {"size", exact_number(population_size())},
          {"positions", positions()},
          {"models", models_},
          {"cycles", cycles_},
          {"images", images_},
          {"sample", size_},
          {"with_replacement", true},
          {"structures", std::move(structures)}};
}

}  // namespace faultline::inject
