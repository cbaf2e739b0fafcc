#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/analysis/nvf_file.h"

namespace faultline::analysis {

/// Neurons whose vulnerability factor is at least `nvf`.
struct NvfThreshold {
  double nvf = 0;
  size_t neurons = 0;        ///< by NeuronVulnerability::nvf_exact
  size_t paper_neurons = 0;  ///< by NeuronVulnerability::nvf_paper
};

/// Both factors of one layer's neurons. The gap is nvf_paper - nvf_exact.
struct NvfLayerSummary {
  std::string name;
  size_t neurons = 0;
  double mean_exact = 0, largest_exact = 0;
  double mean_paper = 0, largest_paper = 0;
  double mean_gap = 0, mean_absolute_gap = 0, largest_absolute_gap = 0;
  size_t never_critical = 0;  ///< neurons of which no flip changed any image's class
};

struct NvfSummary {
  size_t neurons = 0;
  std::vector<NvfThreshold> thresholds;  ///< from 0 to 0.5 by 0.05
  std::vector<NvfLayerSummary> layers;

  double portion(size_t count) const { return static_cast<double>(count) / static_cast<double>(neurons); }
};

NvfSummary summarise(const NvfAnalysis& analysis);

}  // namespace faultline::analysis
