#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/analysis/neuron_vulnerability.h"

namespace faultline::analysis {

/// An analysis of neurons with what it was made of.
struct NvfAnalysis {
  std::string model;         ///< ONNX file
  std::string model_sha256;  ///< of that file
  std::string data;          ///< as load_dataset() takes it
  std::string split;         ///< "train" or "test"
  std::string multiplier;
  size_t images = 0;
  std::vector<LayerVulnerability> layers;
};

/// Writes an analysis as a NumPy archive; docs/protection.md lists its arrays. Throws UserError.
void write_nvf(const std::string& path, const NvfAnalysis& analysis);

/// Reads what write_nvf() has written. Throws UserError for anything else.
NvfAnalysis read_nvf(const std::string& path);

}  // namespace faultline::analysis
