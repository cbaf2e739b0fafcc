#include "sim/harden/neuron_protection.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "sim/config/user_error.h"
#include "sim/harden/bounds_unit.h"
#include "sim/harden/channel_places.h"
#include "sim/harden/clip_design.h"

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

/// The codes that a layer stores for those of a range before its table.
model::CodeRange stored_codes(const model::PostProcessing& post, model::CodeRange range) {
  if (post.table.empty()) {
    return range;
  }
  const auto at = [&](int32_t code) { return post.table.begin() + code + 128; };
  const auto [least, greatest] = std::minmax_element(at(range.low), at(range.high) + 1);
  return {*least, *greatest};
}

/// Of each protected neuron of a layer, as they are stored; empty where the scheme has none.
std::vector<model::CodeRange> intervals_of(const ProtectedLayer& layer, const model::MatrixOperator& matrix) {
  std::vector<model::CodeRange> intervals;
  const ChannelPlaces places = channels_of(matrix);
  for (size_t i = 0; i < layer.neurons.size() && !layer.intervals.empty(); ++i) {
    intervals.push_back(stored_codes(matrix.post, layer.intervals[places.channel_of(layer.neurons[i])]));
  }
  return intervals;
}

}  // namespace

NeuronProtection::NeuronProtection(const NeuronScheme& scheme, int32_t zero, std::vector<size_t> neurons,
                                   std::vector<model::CodeRange> intervals)
    : scheme_(scheme), zero_(zero), neurons_(std::move(neurons)), intervals_(std::move(intervals)) {
  std::map<std::pair<int32_t, int32_t>, size_t> known;
  for (size_t index = 0; index < neurons_.size(); ++index) {
    const model::CodeRange range = interval(index);
    const auto [place, is_new] = known.try_emplace({range.low, range.high}, unfaulted_.size());
    if (is_new) {
      UnfaultedCodes codes;
      for (int code = -128; code < 128; ++code) {
        codes.push_back(scheme.unfaulted(static_cast<int8_t>(code), zero, range));
      }
      unfaulted_.push_back(std::move(codes));
    }
    table_of_.push_back(place->second);
  }
}

ResolvedNeuron NeuronProtection::resolve(size_t neuron, const std::vector<uint8_t>& words) const {
  const auto found = std::lower_bound(neurons_.begin(), neurons_.end(), neuron);
  return scheme_.resolve(words, zero_, interval(static_cast<size_t>(found - neurons_.begin())));
}

model::Values NeuronProtection::evaluate(const std::vector<const model::Values*>& input_values) const {
  auto codes = std::get<std::vector<int8_t>>(*input_values.front());
  for (size_t index = 0; index < neurons_.size(); ++index) {
    int8_t& code = codes[neurons_[index]];
    code = unfaulted_[table_of_[index]][static_cast<size_t>(int64_t{code} + 128)];
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
  if (find_neuron_scheme(design.scheme, design.file).has_intervals()) {
    add_bounds_unit(design.file, {true}, accelerator);
  }
}

void hold_to_intervals(model::Network& network, const HardenedDesign& design) {
  for (const FoundLayer& layer : find_layers(design, network)) {
    std::vector<model::CodeRange> ranges = layer.neurons->intervals;
    if (ranges.empty()) {
      continue;
    }
    model::Operator& step = *network.operators[layer.operator_index];
    model::PostProcessing& post = *requantisation_of(step);
    if (!post.channel_range.empty()) {
      throw UserError(design.file, layer.neurons->line,
                      fmt::format("'{}' has bounds of channels from a clip design already", layer.neurons->name),
                      "leave the clip design out");
    }
    const ChannelPlaces places = channels_of(step);
    for (const size_t neuron : layer.neurons->neurons) {
      ranges[places.channel_of(neuron)] = {};
    }
    zero_outside(post, ranges);
  }
}

void protect_neurons(model::Network& network, const HardenedDesign& design) {
  std::vector<FoundLayer> layers = find_layers(design, network);
  const NeuronScheme& scheme = find_neuron_scheme(design.scheme, design.file);
  // From the last, so that an insertion does not move the layers that follow in this loop.
  std::reverse(layers.begin(), layers.end());
  for (const FoundLayer& layer : layers) {
    if (!layer.neurons->neurons.empty()) {
      const auto& matrix = dynamic_cast<const model::MatrixOperator&>(*network.operators[layer.operator_index]);
      insert_protection(network, layer.operator_index,
                        std::make_unique<NeuronProtection>(scheme, layer.zero, layer.neurons->neurons,
                                                           intervals_of(*layer.neurons, matrix)));
    }
  }
}

}  // namespace faultline::harden
