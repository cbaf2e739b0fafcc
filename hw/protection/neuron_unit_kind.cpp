#include "hw/protection/neuron_unit_kind.h"

#include <algorithm>
#include <utility>

namespace faultline::hw {
namespace {

std::vector<NeuronUnitKind>& registered() {
  static std::vector<NeuronUnitKind> kinds;
  return kinds;
}

}  // namespace

const std::vector<NeuronUnitKind>& neuron_unit_kinds() {
  return registered();
}

const NeuronUnitKind* find_neuron_unit_kind(const std::string& name) {
  const auto& kinds = neuron_unit_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const NeuronUnitKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

NeuronUnitRegistration::NeuronUnitRegistration(NeuronUnitKind kind) {
  auto& kinds = registered();
  const auto before = [](const NeuronUnitKind& a, const NeuronUnitKind& b) { return a.name < b.name; };
  kinds.insert(std::upper_bound(kinds.begin(), kinds.end(), kind, before), std::move(kind));
}

}  // namespace faultline::hw
