#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/network.h"

namespace faultline::harden {

/// The codes that a layer's post-processing may give before its table, both ends included, in [-128, 127].
struct ClipBounds {
  std::string layer;  ///< name of the operator
  int32_t low = -128;
  int32_t high = 127;
  int line = 0;  ///< in the file, for messages
  /// One for each channel, none wider than low and high; or empty: low and high hold for all.
  std::vector<model::CodeRange> channels = {};
};

/// Bounds for each channel; the layer's are the narrowest that hold them all.
ClipBounds channel_bounds(const std::string& layer, std::vector<model::CodeRange> channels);

/// Bounds to which the layers of a network clip their outputs: what Ranger (Z. Chen, G. Li, K. Pattabiraman, A low-cost
/// fault corrector for deep neural networks through range restriction, DSN 2021) does with a maximum for each layer. As
/// a file:
///
///   model: models/lenet5_mnist.onnx
///   model_sha256: 0c1e...
///   layers:
///     - {name: conv1, low: -128, high: 96}
///     - {name: conv2, low: [-128, -128, -120], high: [96, 90, 127]}    # one for each channel
///
/// With a line `outside: zero` after the second, a code that is outside becomes the one that stands for 0, instead of
/// the bound that it passes.
struct ClipDesign {
  std::string file;  ///< for messages
  std::string model;
  std::string model_sha256;
  std::vector<ClipBounds> layers;  ///< each layer once
  bool zeroes = false;             ///< 0 stands for a code that is outside

  /// True where the accelerator must hold bounds for each channel (ProtectionConfig::channel_bounds): where a layer has
  /// some, and where 0 stands for what is outside.
  bool by_channel() const;
};

/// Reads a clip design file. Throws UserError for keys that are unknown, missing or given twice, for an unknown
/// `outside`, for a layer that is given twice, and for bounds that are no codes, contradict each other or are not as
/// many low as high ones.
ClipDesign read_clip_design(const std::string& path);

/// The text of a file that read_clip_design() reads.
std::string to_yaml(const ClipDesign& design);

/// The post-processing with which a layer requantises sums to int8 codes, or nullptr where it does not: raw sums,
/// maxima, the host's operators.
model::PostProcessing* requantisation_of(model::Operator& layer);
const model::PostProcessing* requantisation_of(const model::Operator& layer);

/// Has 0 stand for codes of a channel that are outside its range, one for each channel, after the layer's clamp.
void zero_outside(model::PostProcessing& post, const std::vector<model::CodeRange>& channels);

/// Narrows the clamps of the design's layers; bounds that are wider than a layer's clamp change nothing. Throws
/// UserError when the model is another, and when a layer does not exist, has no clamp or has other channels.
void clip_network(model::Network& network, const ClipDesign& design);

}  // namespace faultline::harden
