#include "sim/inject/fault_strata.h"

#include <algorithm>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

std::vector<FaultStratum> by_structure(const FaultSpace& space, const SampleContext&) {
  std::vector<std::string> paths;
  std::vector<std::vector<StructurePopulation>> parts;
  for (const StructurePopulation& structure : space.structures()) {
    const auto known = std::find(paths.begin(), paths.end(), structure.path);
    if (structure.positions() == 0) {
      continue;
    }
    if (known == paths.end()) {
      paths.push_back(structure.path);
      parts.push_back({structure});
    } else {
      parts[static_cast<size_t>(known - paths.begin())].push_back(structure);
    }
  }
  std::vector<FaultStratum> strata;
  for (size_t i = 0; i < paths.size(); ++i) {
    strata.push_back({paths[i], space.within(std::move(parts[i]))});
  }
  return strata;
}

std::vector<FaultStratum> by_layer(const FaultSpace& space, const SampleContext& context) {
  if (!space.chooses_start()) {
    space.place().fail("faults that last the whole run belong to no layer", "leave layer out of strata");
  }
  std::vector<FaultStratum> strata;
  for (size_t i = 0; i < context.layers.size(); ++i) {
    const uint64_t first = i == 0 ? 0 : context.layers[i].first_cycle;
    const uint64_t end = i + 1 < context.layers.size() ? context.layers[i + 1].first_cycle : context.run_cycles;
    if (end > first) {
      strata.push_back({context.layers[i].name, space.within_cycles(first, end - first)});
    }
  }
  return strata;
}

std::vector<FaultStratum> by_bit(const FaultSpace& space, const SampleContext&) {
  int most = 0;
  for (const StructurePopulation& structure : space.structures()) {
    most = std::max(most, structure.first_place + structure.places);
  }
  std::vector<FaultStratum> strata;
  for (int bit = 0; bit < most; ++bit) {
    std::vector<StructurePopulation> parts;
    for (StructurePopulation structure : space.structures()) {
      if (bit >= structure.first_place && bit < structure.first_place + structure.places) {
        structure.first_place = bit;
        structure.places = 1;
        parts.push_back(std::move(structure));
      }
    }
    if (!parts.empty()) {
      strata.push_back({fmt::format("bit {}", bit), space.within(std::move(parts))});
    }
  }
  return strata;
}

}  // namespace

const std::vector<StratumFactor>& stratum_factors() {
  static const std::vector<StratumFactor> factors = {{"structure", by_structure}, {"layer", by_layer}, {"bit", by_bit}};
  return factors;
}

std::vector<FaultStratum> divide(const FaultSpace& space, const std::vector<std::string>& factors,
                                 const SampleContext& context) {
  std::vector<FaultStratum> strata = {{"", space}};
  for (const std::string& name : factors) {
    const std::vector<StratumFactor>& known = stratum_factors();
    const auto factor =
        std::find_if(known.begin(), known.end(), [&](const StratumFactor& entry) { return entry.name == name; });
    std::vector<FaultStratum> divided;
    for (const FaultStratum& stratum : strata) {
      for (FaultStratum& part : factor->divide(stratum.space, context)) {
        divided.push_back({stratum.name.empty() ? part.name : stratum.name + ", " + part.name, std::move(part.space)});
      }
    }
    strata = std::move(divided);
  }
  return strata;
}

}  // namespace faultline::inject
