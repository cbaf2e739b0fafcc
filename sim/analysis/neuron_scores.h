#pragma once

#include <string>
#include <vector>

#include "sim/harden/neuron_selection.h"
#include "sim/model/network.h"

namespace faultline::analysis {

/// nvf_exact of each neuron of a network, from an analysis file (nvf_file.h). Throws UserError for a file that is none
/// and for an analysis of another network.
std::vector<harden::NeuronScores> read_neuron_scores(const std::string& path, const model::Network& network);

}  // namespace faultline::analysis
