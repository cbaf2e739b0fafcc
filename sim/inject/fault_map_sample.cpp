#include "sim/inject/fault_map_sample.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/inject/fault_text.h"
#include "sim/inject/sample_draws.h"

namespace faultline::inject {
namespace {

constexpr const char* kElements[] = {"array.pe[*][*].", "partition[*].mac_lane[*].", "partition[*].alu_lane[*]."};

class FaultMapSampler : public FaultSampler {
 public:
  explicit FaultMapSampler(const FaultMapTerms& map) : map_(map) {}

  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<FaultMapSample>(request, map_, context);
  }
  void describe(nlohmann::ordered_json& faults) const override {
    for (const char* key : {"bits", "duration", "period"}) {
      faults.erase(key);
    }
    faults["map"]["fraction"] = map_.fraction;
    if (map_.mask) {
      faults["map"]["mask"] = *map_.mask;
    }
  }

 private:
  FaultMapTerms map_;
};

std::shared_ptr<const FaultSampler> read_fault_map_sample(const config::YamlValue& faults) {
  const config::YamlValue section = faults.require("map");
  section.check_keys("map", {"fraction", "mask"});
  FaultMapTerms map;
  map.fraction = section.require("fraction").number("fraction", 0, 1);
  if (const auto mask = section.find("mask")) {
    map.mask = parse_number(mask->text("mask"), "mask", {mask->file(), mask->line()});
  }
  return std::make_shared<FaultMapSampler>(map);
}

const FaultSamplerRegistration kRegistration{
    {"fault_map", "map", "", {}, {"bits", "upset", "duration", "period"}, read_fault_map_sample}};

/// An array's processing elements; the multipliers and lanes of a GPU.
bool has_elements(const std::string& path) {
  return std::any_of(std::begin(kElements), std::end(kElements),
                     [&](const char* element) { return path.rfind(element, 0) == 0; });
}

std::vector<size_t> elements_of(const FaultSpace& space, const hw::StateTable& table, const SampleRequest& request) {
  std::vector<size_t> elements;
  const std::vector<int>& dimensions = table.fields()[space.structures().front().sites.field].dimensions;
  for (const StructurePopulation& structure : space.structures()) {
    if (!has_elements(structure.path)) {
      request.place.fail(fmt::format("a fault map of {}", structure.path),
                         fmt::format("name fields of {}*", fmt::join(kElements, "*, ")));
    }
    if (table.fields()[structure.sites.field].dimensions != dimensions) {
      request.place.fail(fmt::format("a fault map of {} beside {}", structure.path, space.structures().front().path),
                         "name fields of the same elements");
    }
    for (uint64_t n = 0; n < structure.elements(); ++n) {
      elements.push_back(structure.sites.at(n).element);
    }
  }
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

void check_masks(const FaultSpace& space, const hw::StateTable& table, uint64_t mask, const TextPlace& place) {
  for (const StructurePopulation& structure : space.structures()) {
    check_mask(table.fields()[structure.sites.field], mask, place);
  }
}

}  // namespace

FaultMapSample::FaultMapSample(const SampleRequest& request, const FaultMapTerms& map, const SampleContext& context)
    : seed_(request.seed),
      size_(sample_size(request, context, kEndlessPopulation)),
      map_(map),
      all_images_(context.images),
      images_per_fault_(images_per_fault(request, context.images)),
      space_(request, context.table, context.run_cycles, images_per_fault_ == 1 ? context.images : 1),
      elements_(elements_of(space_, context.table, request)) {
  if (space_.chooses_start()) {
    request.place.fail("a fault map holds permanent faults", "use model stuck_at_0, stuck_at_1 or stuck_at");
  }
  if (map_.mask) {
    check_masks(space_, context.table, *map_.mask, request.place);
  }
  faulty_ = static_cast<size_t>(std::llround(map_.fraction * static_cast<double>(elements_.size())));
  if (faulty_ == 0) {
    request.place.fail(fmt::format("{} of {} processing elements is none", map_.fraction, elements_.size()),
                       "give a larger fraction");
  }
}

std::vector<size_t> FaultMapSample::images_of(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  return draw_subset(random, images_per_fault_, all_images_);
}

hw::Fault FaultMapSample::draw_fault(size_t element, hw::CounterRandom& random) const {
  std::vector<const StructurePopulation*> holding;
  uint64_t places = 0;
  for (const StructurePopulation& structure : space_.structures()) {
    if (structure.sites.contains({structure.sites.field, element})) {
      holding.push_back(&structure);
      places += map_.mask ? 1 : static_cast<uint64_t>(structure.bits);
    }
  }
  uint64_t place = random.uniform(places);
  const uint64_t value = random.uniform(space_.models());
  const auto size = [&](const StructurePopulation& structure) {
    return map_.mask ? uint64_t{1} : static_cast<uint64_t>(structure.bits);
  };
  size_t chosen = 0;
  while (place >= size(*holding[chosen])) {
    place -= size(*holding[chosen++]);
  }
  hw::Fault fault = space_.member(FaultCount{space_.positions()} * space_.cycles() * value).fault;
  fault.site = {holding[chosen]->sites.field, element};
  fault.mask = map_.mask.value_or(uint64_t{1} << place);
  return fault;
}

Experiment FaultMapSample::at(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  Experiment experiment;
  experiment.images = draw_subset(random, images_per_fault_, all_images_);
  for (const size_t index : draw_subset(random, faulty_, elements_.size())) {
    experiment.faults.push_back(draw_fault(elements_[index], random));
  }
  return experiment;
}

nlohmann::ordered_json FaultMapSample::population() const {
  nlohmann::ordered_json object = {{"sampler", "fault_map"}};
  object.update(to_json(space_));
  object["elements"] = elements_.size();
  object["faulty_elements"] = faulty_;
  object["images_per_fault"] = images_per_fault_;
  object["sample"] = size_;
  object["with_replacement"] = true;
  object["strata"] = nlohmann::ordered_json::array({{{"name", "all"}, {"size", object["size"]}, {"share", 1.0}}});
  return object;
}

}  // namespace faultline::inject
