#include "sim/harden/channel_duplication.h"

#include <algorithm>
#include <numeric>

#include "sim/harden/channel_places.h"

namespace faultline::harden {
namespace {

const model::MatrixOperator* find_matrix(const model::Network& network, const std::string& name) {
  const auto found = std::find_if(network.operators.begin(), network.operators.end(),
                                  [&](const auto& step) { return step->name == name; });
  return found == network.operators.end() ? nullptr : dynamic_cast<const model::MatrixOperator*>(found->get());
}

/// One score for each channel.
NeuronScores mean_of_channels(const NeuronScores& neurons, const ChannelPlaces& places) {
  NeuronScores channels{neurons.layer, std::vector<double>(places.channels)};
  for (size_t neuron = 0; neuron < neurons.nvf.size(); ++neuron) {
    channels.nvf[places.channel_of(neuron)] += neurons.nvf[neuron] / static_cast<double>(places.pixels);
  }
  return channels;
}

const model::MatrixOperator* last_matrix(const model::Network& network) {
  const model::MatrixOperator* last = nullptr;
  for (const auto& step : network.operators) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get());
    last = matrix != nullptr ? matrix : last;
  }
  return last;
}

void add_last_layer(const model::Network& network, const NeuronScheme& scheme, ChannelSelection& selection) {
  const model::MatrixOperator* last = last_matrix(network);
  if (last == nullptr) {
    return;
  }
  const auto is_last = [&](const auto& layer) { return layer.layer == last->name; };
  auto& layers = selection.layers;
  layers.erase(std::remove_if(layers.begin(), layers.end(), is_last), layers.end());
  auto& unprotectable = selection.unprotectable;
  unprotectable.erase(std::remove_if(unprotectable.begin(), unprotectable.end(), is_last), unprotectable.end());
  const auto channels = static_cast<size_t>(last->geometry.out_channels);
  const std::string obstacle = scheme.obstacle(*last, network.tensor(last->output).quantisation.zero_point);
  if (!obstacle.empty()) {
    unprotectable.push_back({last->name, channels, obstacle});
    return;
  }
  layers.push_back({last->name, std::vector<size_t>(channels)});
  std::iota(layers.back().channels.begin(), layers.back().channels.end(), size_t{0});
}

}  // namespace

ChannelSelection select_channels(const model::Network& network, const NeuronScheme& scheme,
                                 const std::vector<NeuronScores>& neurons, const SelectionTerms& terms) {
  std::vector<NeuronScores> channels;
  for (const NeuronScores& layer : neurons) {
    channels.push_back(mean_of_channels(layer, channels_of(*find_matrix(network, layer.layer))));
  }
  // What is chosen there are elements of a list of scores, here channels.
  NeuronSelection chosen = select_neurons(network, scheme, channels, terms);
  ChannelSelection selection;
  selection.considered = chosen.considered;
  selection.chosen = chosen.chosen;
  for (ProtectedLayer& layer : chosen.layers) {
    selection.layers.push_back({layer.name, std::move(layer.neurons)});
  }
  selection.unprotectable = std::move(chosen.unprotectable);
  add_last_layer(network, scheme, selection);
  return selection;
}

std::vector<ProtectedLayer> duplicated_layers(const model::Network& network,
                                              const std::vector<DuplicatedChannels>& duplicated,
                                              const std::vector<ClipBounds>& bounds) {
  std::vector<ProtectedLayer> layers;
  for (const ClipBounds& profiled : bounds) {
    const model::MatrixOperator* matrix = find_matrix(network, profiled.layer);
    if (matrix == nullptr) {
      continue;
    }
    ProtectedLayer layer{profiled.layer, {}, 0, profiled.channels};
    const auto found = std::find_if(duplicated.begin(), duplicated.end(),
                                    [&](const DuplicatedChannels& other) { return other.layer == profiled.layer; });
    const ChannelPlaces places = channels_of(*matrix);
    for (size_t neuron = 0; neuron < places.channels * places.pixels && found != duplicated.end(); ++neuron) {
      if (std::binary_search(found->channels.begin(), found->channels.end(), places.channel_of(neuron))) {
        layer.neurons.push_back(neuron);
      }
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace faultline::harden
