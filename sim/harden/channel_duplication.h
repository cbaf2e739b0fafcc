#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/harden/clip_design.h"
#include "sim/harden/neuron_selection.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// Channels of a layer that are computed twice.
struct DuplicatedChannels {
  std::string layer;
  std::vector<size_t> channels;  ///< ascending
};

struct ChannelSelection {
  size_t considered = 0;
  size_t chosen = 0;  ///< by the terms; those of the last layer come to them
  std::vector<DuplicatedChannels> layers;
  std::vector<UnprotectableNeurons> unprotectable;  ///< counts channels
};

/// Chooses channels by their vulnerability, the mean of their neurons' factors, as select_neurons() does neurons, and
/// all of the last layer that multiplies: M. H. Ahmadilivani et al., "Assessment and Enhancement of Hardware
/// Reliability for Deep Neural Networks", TalTech 2025, 5.3.1 (whose measure of vulnerability is another). `neurons`
/// are scores of layers of `network`.
ChannelSelection select_channels(const model::Network& network, const NeuronScheme& scheme,
                                 const std::vector<NeuronScores>& neurons, const SelectionTerms& terms);

/// The layers of a hardened design with intervals: every layer that multiplies of those in `bounds`, which must have
/// bounds of channels, with the neurons of its duplicated channels.
std::vector<ProtectedLayer> duplicated_layers(const model::Network& network,
                                              const std::vector<DuplicatedChannels>& duplicated,
                                              const std::vector<ClipBounds>& bounds);

}  // namespace faultline::harden
