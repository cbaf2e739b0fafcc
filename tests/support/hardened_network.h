#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "sim/engine/functional_engine.h"
#include "sim/harden/channel_places.h"
#include "sim/harden/clip_profile.h"
#include "sim/harden/neuron_protection.h"
#include "tests/support/random_network.h"

namespace faultline::test {

/// The lowest code that a layer's post-processing gives.
inline int32_t lowest_code(const model::PostProcessing& post) {
  if (post.table.empty()) {
    return post.low;
  }
  const auto at = [&](int32_t code) { return post.table.begin() + code + 128; };
  return *std::min_element(at(post.low), at(post.high) + 1);
}

/// Gives the layers of a design the intervals that an input shows.
inline void profile_intervals(const model::Network& network, const std::vector<int8_t>& input,
                              harden::HardenedDesign& design) {
  // The network is the caller's, and outlives what is made here.
  const std::shared_ptr<const model::Network> borrowed(&network, [](const model::Network*) {});
  const engine::FunctionalEngine engine(borrowed, hw::Multiplier());
  for (const harden::ClipBounds& bounds :
       harden::profile_bounds(network, harden::ClipGrain::kChannel, 1, [&](size_t) { return engine.run(input); })) {
    for (harden::ProtectedLayer& layer : design.layers) {
      if (layer.name == bounds.layer) {
        layer.intervals = bounds.channels;
      }
    }
  }
}

/// The small classifier with about a third of the neurons of each layer with int8 outputs protected. The lowest code of
/// those layers stands for 0, so that every scheme can protect them. Where the scheme has intervals, whole channels,
/// and random intervals that some codes are outside of; or those of `profiled`, an input, with the exact multiplier.
inline std::shared_ptr<model::Network> hardened_classifier(LayerMaker& maker, const std::string& scheme,
                                                           const std::vector<int8_t>* profiled = nullptr) {
  model::Network network = small_classifier_network(maker);
  harden::HardenedDesign design{"random", "random", network.sha256, scheme, {}};
  for (const auto& step : network.operators) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get());
    if (matrix == nullptr || matrix->post.raw()) {
      continue;
    }
    model::TensorInfo& output = network.tensors[static_cast<size_t>(matrix->output)];
    output.quantisation.zero_point = lowest_code(matrix->post);
    design.layers.push_back({matrix->name, {}, 0});
    const bool whole = harden::find_neuron_scheme(scheme, "random").has_intervals();
    const harden::ChannelPlaces places = harden::channels_of(*matrix);
    const int64_t neurons = model::element_count(output.shape);
    std::vector<bool> chosen;
    for (int64_t place = 0; place < (whole ? static_cast<int64_t>(places.channels) : neurons); ++place) {
      chosen.push_back(place == 0 || maker.one_in(3));
    }
    for (size_t neuron = 0; neuron < static_cast<size_t>(neurons); ++neuron) {
      if (chosen[whole ? places.channel_of(neuron) : neuron]) {
        design.layers.back().neurons.push_back(neuron);
      }
    }
    for (size_t channel = 0; whole && channel < places.channels; ++channel) {
      const int low = maker.between(-128, -40);
      const int high = maker.between(40, 127);
      design.layers.back().intervals.push_back({low, high});
    }
  }
  if (profiled != nullptr && harden::find_neuron_scheme(scheme, "random").has_intervals()) {
    profile_intervals(network, *profiled, design);
  }
  harden::hold_to_intervals(network, design);
  harden::protect_neurons(network, design);
  return std::make_shared<model::Network>(std::move(network));
}

}  // namespace faultline::test
