#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/harden/hardened_design.h"
#include "sim/harden/neuron_scheme.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// How vulnerable the neurons of one layer are.
struct NeuronScores {
  std::string layer;        ///< name of its operator
  std::vector<double> nvf;  ///< by element of its output: the neuron vulnerability factor, in [0, 1]
};

/// Which neurons to choose: exactly one of threshold and top_percent.
struct SelectionTerms {
  std::optional<double> threshold;    ///< those with at least this factor
  std::optional<double> top_percent;  ///< this percentage of all neurons considered, those with the largest factors
  std::string layer;                  ///< consider only this layer; empty: all
};

/// Chosen neurons of a layer (channels, where channels are chosen) that the scheme cannot protect.
struct UnprotectableNeurons {
  std::string layer;
  size_t neurons = 0;
  std::string reason;
};

struct NeuronSelection {
  size_t considered = 0;
  size_t chosen = 0;
  std::vector<ProtectedLayer> layers;  ///< the chosen neurons that the scheme can protect
  std::vector<UnprotectableNeurons> unprotectable;
};

/// Chooses neurons by their factors; of equal ones those that come first in the network. `scores` are of layers of
/// `network`. Throws UserError for a layer that has no scores.
NeuronSelection select_neurons(const model::Network& network, const NeuronScheme& scheme,
                               const std::vector<NeuronScores>& scores, const SelectionTerms& terms);

}  // namespace faultline::harden
