#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/arithmetic/operand_format.h"
#include "sim/model/dataset.h"
#include "sim/model/float_network.h"
#include "sim/model/tensor.h"

namespace faultline::model {

/// Integer weights of one layer: real weight = scales[n] * weights[n][...], symmetric, one scale per output channel.
struct QuantisedWeights {
  Shape shape;                     ///< output channels first
  std::vector<int16_t> weights;    ///< symmetric: in [-127, 127], or the same of another number of bits
  std::vector<float> scales;       ///< one per output channel
  std::vector<int32_t> bias;       ///< one per output channel, in units of bias_scales
  std::vector<float> bias_scales;  ///< input scale times weight scale
};

/// A layer after quantisation.
struct QuantisedLayer {
  FloatLayer layer;                         ///< name and kind; weights in float are not used any more
  std::optional<QuantisedWeights> weights;  ///< of layers that have weights
  /// How the output is rounded to codes; empty where a Relu follows and is fused: then the Relu's output is rounded.
  std::optional<Quantisation> output;
};

/// A network whose weights and activations are codes of one format, as the QDQ form of ONNX describes it.
struct QuantisedNetwork {
  std::string name;
  Shape input_shape;
  Quantisation input;  ///< pixel / 255 in steps of 1/255, exact: code = pixel - 128, or pixel where operands are wide
  std::vector<QuantisedLayer> layers;
  hw::OperandFormat format = {};
};

/// Quantises after training. 8-bit activations are asymmetric over the range that `calibration` images show (with zero
/// in it), wider ones symmetric; weights symmetric per output channel; biases int32. A channel whose
/// bias would need more than 31 bits gets coarser weights. Scales are single-precision numbers, as ONNX
/// stores them. `calibration` must hold at least one image of the network's input shape. The codes of hidden layers,
/// all but the last one, reach `headroom` times as far as these images need: at least 1, where coarse scales are
/// wanted. `weight_bits`: of the codes of weights, 2 to the format's, which is meant where it is not given; what is
/// stored is as wide as the format.
QuantisedNetwork quantise(const FloatNetwork& network, const Dataset& calibration, hw::OperandFormat format = {},
                          double headroom = 1, std::optional<int> weight_bits = {});

/// Share of images that the network classifies as labelled, in [0, 1]; ties go to the lowest class.
double float_accuracy(const FloatNetwork& network, const Dataset& dataset);

/// The same for the quantised network, computed as the float operators between QuantizeLinear and DequantizeLinear
/// would: an estimate of what an integer engine gives, whose rounding may differ in rare ties.
double quantised_accuracy(const QuantisedNetwork& network, const Dataset& dataset);

}  // namespace faultline::model
