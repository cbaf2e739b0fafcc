#include "sim/analysis/nvf_summary.h"

#include <algorithm>
#include <cmath>

namespace faultline::analysis {
namespace {

NvfLayerSummary summarise(const LayerVulnerability& layer, size_t images) {
  NvfLayerSummary summary;
  summary.name = layer.layer.name;
  summary.neurons = layer.neurons.size();
  const auto neurons = static_cast<double>(layer.neurons.size());
  for (const NeuronVulnerability& neuron : layer.neurons) {
    const double exact = neuron.nvf_exact(images);
    const double paper = neuron.nvf_paper(images);
    summary.mean_exact += exact / neurons;
    summary.mean_paper += paper / neurons;
    summary.mean_gap += (paper - exact) / neurons;
    summary.mean_absolute_gap += std::abs(paper - exact) / neurons;
    summary.largest_exact = std::max(summary.largest_exact, exact);
    summary.largest_paper = std::max(summary.largest_paper, paper);
    summary.largest_absolute_gap = std::max(summary.largest_absolute_gap, std::abs(paper - exact));
    summary.never_critical += exact == 0 ? 1 : 0;
  }
  return summary;
}

}  // namespace

NvfSummary summarise(const NvfAnalysis& analysis) {
  constexpr int kLastStep = 10;
  NvfSummary summary;
  for (int step = 0; step <= kLastStep; ++step) {
    NvfThreshold threshold;
    threshold.nvf = step / 20.0;
    for (const LayerVulnerability& layer : analysis.layers) {
      for (const NeuronVulnerability& neuron : layer.neurons) {
        threshold.neurons += neuron.nvf_exact(analysis.images) >= threshold.nvf ? 1 : 0;
        threshold.paper_neurons += neuron.nvf_paper(analysis.images) >= threshold.nvf ? 1 : 0;
      }
    }
    summary.thresholds.push_back(threshold);
  }
  for (const LayerVulnerability& layer : analysis.layers) {
    summary.neurons += layer.neurons.size();
    summary.layers.push_back(summarise(layer, analysis.images));
  }
  return summary;
}

}  // namespace faultline::analysis
