#include "sim/analysis/neuron_scores.h"

#include <fmt/core.h>

#include "sim/analysis/nvf_file.h"
#include "sim/config/user_error.h"

namespace faultline::analysis {

std::vector<harden::NeuronScores> read_neuron_scores(const std::string& path, const model::Network& network) {
  const NvfAnalysis analysis = read_nvf(path);
  if (analysis.model_sha256 != network.sha256) {
    throw UserError(path, 0, fmt::format("is an analysis of another model than {} ({})", network.file, analysis.model),
                    "analyse this model");
  }
  std::vector<harden::NeuronScores> scores;
  for (const LayerVulnerability& layer : analysis.layers) {
    scores.push_back({layer.layer.name, {}});
    for (const NeuronVulnerability& neuron : layer.neurons) {
      scores.back().nvf.push_back(neuron.nvf_exact(analysis.images));
    }
  }
  return scores;
}

}  // namespace faultline::analysis
