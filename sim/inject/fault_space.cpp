#include "sim/inject/fault_space.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

Population population_of(const hw::StateField& field) {
  return field.kind == hw::StateKind::kWire ? Population::kWire : Population::kStorage;
}

Population choose(const std::vector<SiteSet>& sites, const hw::StateTable& table) {
  const bool storage = std::any_of(sites.begin(), sites.end(), [&](const SiteSet& set) {
    return population_of(table.fields()[set.field]) == Population::kStorage;
  });
  return storage ? Population::kStorage : Population::kWire;
}

hw::FaultModel fault_model(SampleModel model, uint64_t which) {
  if (model == SampleModel::kFlip) {
    return hw::FaultModel::kFlip;
  }
  const bool one = model == SampleModel::kStuckAt1 || (model == SampleModel::kStuckAtBoth && which == 1);
  return one ? hw::FaultModel::kStuckAt1 : hw::FaultModel::kStuckAt0;
}

/// index % base, leaving index / base.
uint64_t take_digit(FaultCount& index, uint64_t base) {
  const auto digit = static_cast<uint64_t>(index % base);
  index /= base;
  return digit;
}

}  // namespace

FaultSpace::FaultSpace(const SampleRequest& request, const hw::StateTable& table, uint64_t run_cycles, size_t images)
    : model_(request.model),
      bits_(request.bits),
      duration_(request.duration),
      period_(request.period),
      place_(request.place),
      cycles_(request.permanent() ? 1 : run_cycles),
      images_(images) {
  const std::vector<SiteSet> named = find_all_sites(table, request.where, place_);
  kind_ = request.population.value_or(choose(named, table));
  std::vector<StructurePopulation> structures;
  for (const SiteSet& set : named) {
    const hw::StateField& field = table.fields()[set.field];
    if (population_of(field) == kind_) {
      structures.push_back({field.path, set, field.bits, 0, std::max(0, field.bits - bits_ + 1)});
    }
  }
  if (structures.empty()) {
    place_.fail(fmt::format("no {} site is among those named", to_string(kind_)),
                "name sites of that kind, or leave `population` out");
  }
  set_structures(std::move(structures));
  if (positions() == 0) {
    place_.fail(fmt::format("no site named has {} bits", bits_), "ask for fewer bits or wider sites");
  }
  const FaultCount most = std::numeric_limits<FaultCount>::max();
  if (FaultCount{positions()} * models() > most / cycles_ / images_) {
    place_.fail("the population exceeds 128 bits", "name fewer sites");
  }
}

void FaultSpace::set_structures(std::vector<StructurePopulation> structures) {
  structures_ = std::move(structures);
  cumulative_.clear();
  uint64_t total = 0;
  for (const StructurePopulation& structure : structures_) {
    total += structure.positions();
    cumulative_.push_back(total);
  }
}

FaultSpace FaultSpace::within(std::vector<StructurePopulation> structures) const {
  FaultSpace part = *this;
  part.set_structures(std::move(structures));
  return part;
}

FaultSpace FaultSpace::within_cycles(uint64_t first, uint64_t count) const {
  FaultSpace part = *this;
  part.first_cycle_ = first;
  part.cycles_ = count;
  return part;
}

FaultCount FaultSpace::size() const {
  return FaultCount{positions()} * models() * cycles_ * images_;
}

FaultMember FaultSpace::member(FaultCount index) const {
  uint64_t position = take_digit(index, positions());
  const uint64_t start = first_cycle_ + take_digit(index, cycles_);
  const hw::FaultModel model = fault_model(model_, take_digit(index, models()));
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), position);
  const StructurePopulation& structure = structures_[static_cast<size_t>(found - cumulative_.begin())];
  position -= *found - structure.positions();
  const auto places = static_cast<uint64_t>(structure.places);
  const uint64_t bits = bits_ == 64 ? ~uint64_t{0} : (uint64_t{1} << bits_) - 1;
  const uint64_t mask = bits << (static_cast<uint64_t>(structure.first_place) + position % places);
  return {{structure.sites.at(position / places), mask, model, start, duration_, period_}, static_cast<size_t>(index)};
}

const StructurePopulation& FaultSpace::structure_of(hw::Site site) const {
  return *std::find_if(structures_.begin(), structures_.end(),
                       [&](const StructurePopulation& structure) { return structure.sites.contains(site); });
}

nlohmann::ordered_json exact_number(FaultCount count) {
  return count <= std::numeric_limits<uint64_t>::max() ? nlohmann::ordered_json(static_cast<uint64_t>(count))
                                                       : nlohmann::ordered_json(to_decimal(count));
}

nlohmann::ordered_json to_json(const FaultSpace& space) {
  nlohmann::ordered_json structures = nlohmann::ordered_json::array();
  for (const StructurePopulation& structure : space.structures()) {
    structures.push_back({{"path", structure.path},
                          {"elements", structure.elements()},
                          {"bits", structure.bits},
                          {"positions", structure.positions()}});
  }
  return {{"kind", to_string(space.kind())},    {"size", exact_number(space.size())}, {"positions", space.positions()},
          {"models", space.models()},           {"cycles", space.cycles()},           {"images", space.images()},
          {"structures", std::move(structures)}};
}

}  // namespace faultline::inject
