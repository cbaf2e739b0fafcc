#include "sim/harden/neuron_protection.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "sim/config/user_error.h"

namespace faultline::harden {
namespace {

/// Makes whatever reads or is `from` read or be `to`, from operator `first` on.
void redirect(model::Network& network, size_t first, model::TensorId from, model::TensorId to) {
  for (size_t index = first; index < network.operators.size(); ++index) {
    std::vector<model::TensorId>& inputs = network.operators[index]->inputs;
    std::replace(inputs.begin(), inputs.end(), from, to);
  }
  std::replace(network.graph_outputs.begin(), network.graph_outputs.end(), from, to);
}

void insert_protection(model::Network& network, size_t layer, std::unique_ptr<NeuronProtection> protection) {
  const model::TensorId unprotected = network.operators[layer]->output;
  model::TensorInfo info = network.tensor(unprotected);
  info.name += ".protected";
  network.tensors.push_back(std::move(info));
  const auto protected_codes = static_cast<model::TensorId>(network.tensors.size()) - 1;
  redirect(network, layer + 1, unprotected, protected_codes);
  protection->name = network.operators[layer]->name + ".protection";
  protection->kind = protection->scheme().name;
  protection->inputs = {unprotected};
  protection->output = protected_codes;
  network.operators.insert(network.operators.begin() + static_cast<std::ptrdiff_t>(layer) + 1, std::move(protection));
}

}  // namespace

NeuronProtection::NeuronProtection(const NeuronScheme& scheme, int32_t zero, std::vector<size_t> neurons)
    : scheme_(scheme), zero_(zero), neurons_(std::move(neurons)), unfaulted_(256) {
  for (int code = -128; code < 128; ++code) {
    unfaulted_[static_cast<size_t>(int64_t{code} + 128)] = scheme.unfaulted(static_cast<int8_t>(code), zero);
  }
}

model::Values NeuronProtection::evaluate(const std::vector<const model::Values*>& input_values) const {
  auto codes = std::get<std::vector<int8_t>>(*input_values.front());
  for (const size_t neuron : neurons_) {
    codes[neuron] = unfaulted_[static_cast<size_t>(int64_t{codes[neuron]} + 128)];
  }
  return codes;
}

void add_unit(const HardenedDesign& design, hw::ProtectionConfig& accelerator) {
  if (!accelerator.neuron_unit.empty() && accelerator.neuron_unit != design.scheme) {
    throw UserError(design.file, 0,
                    fmt::format("needs the unit {}, the accelerator has {}", design.scheme, accelerator.neuron_unit),
                    "take that unit out of the accelerator file, or put this one in");
  }
  accelerator.neuron_unit = design.scheme;
}

void protect_neurons(model::Network& network, const HardenedDesign& design) {
  std::vector<FoundLayer> layers = find_layers(design, network);
  const NeuronScheme& scheme = find_neuron_scheme(design.scheme, design.file);
  // From the last, so that an insertion does not move the layers that follow in this loop.
  std::reverse(layers.begin(), layers.end());
  for (const FoundLayer& layer : layers) {
    if (!layer.neurons->neurons.empty()) {
      insert_protection(network, layer.operator_index,
                        std::make_unique<NeuronProtection>(scheme, layer.zero, layer.neurons->neurons));
    }
  }
}

}  // namespace faultline::harden
