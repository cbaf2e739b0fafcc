#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/harden/neuron_scheme.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// The neurons of one layer that are protected.
struct ProtectedLayer {
  std::string name;             ///< of the operator
  std::vector<size_t> neurons;  ///< elements of the layer's output, row-major (channel, y, x); ascending
  int line = 0;                 ///< in the file, for messages
  /// For a scheme with intervals: the codes before the table that each channel may have, those without protected
  /// neurons too.
  std::vector<model::CodeRange> intervals = {};
};

/// Which neurons of a network are protected, and how. As a file:
///
///   model: models/lenet5_mnist.onnx
///   model_sha256: 0c1e...
///   scheme: lcu                      # lcu, tmr, dmr or edac
///   layers:
///     - name: /conv1/Conv
///       neurons: [3, 17-20, 31]      # elements of its output, row-major (channel, y, x), ascending
///
/// A scheme with intervals (edac) protects whole channels; its layers have two keys more, a code for each channel:
///
///       low: [-128, -128, -120]
///       high: [96, 90, 127]
struct HardenedDesign {
  std::string file;  ///< for messages
  std::string model;
  std::string model_sha256;
  std::string scheme;
  std::vector<ProtectedLayer> layers;

  size_t neuron_count() const;
};

/// Reads a hardened design file. Throws UserError for keys that are unknown, missing or given twice, for an unknown
/// scheme, for neurons that do not ascend, and for intervals that are none.
HardenedDesign read_hardened_design(const std::string& path);

/// The text of a file that read_hardened_design() reads.
std::string to_yaml(const HardenedDesign& design);

/// A layer of a hardened design, found in the network.
struct FoundLayer {
  size_t operator_index = 0;  ///< in Network::operators, of a MatrixOperator with int8 outputs
  int32_t zero = 0;           ///< code of 0 of its outputs
  const ProtectedLayer* neurons = nullptr;
};

/// The design's layers in the network that it was made for, in the network's order. Throws UserError when the model is
/// another, when a layer does not exist or its scheme cannot protect it, when a neuron is outside the layer, and, of a
/// scheme with intervals, when there is not one for each channel or a channel is protected in part.
std::vector<FoundLayer> find_layers(const HardenedDesign& design, const model::Network& network);

}  // namespace faultline::harden
