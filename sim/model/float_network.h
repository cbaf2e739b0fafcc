#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/model/tensor.h"

namespace faultline::model {

/// Convolution with a square kernel, stride 1 and zero padding on all sides.
struct FloatConvolution {
  int in_channels = 1, out_channels = 1;
  int kernel = 1, padding = 0;
  std::vector<float> weights;  ///< [out_channels][in_channels][kernel][kernel]
  std::vector<float> bias;     ///< [out_channels]
};

/// A fully connected layer over a flat input.
struct FloatFullyConnected {
  int in_features = 1, out_features = 1;
  std::vector<float> weights;  ///< [out_features][in_features]
  std::vector<float> bias;     ///< [out_features]
};

struct FloatRelu {};
struct FloatTanh {};

/// Maximum over square windows that do not overlap; the window divides the image.
struct FloatMaximumPooling {
  int window = 2;
};

struct FloatFlatten {};

/// A closed set: whoever treats layers by kind does so with std::visit, which does not compile until every kind is
/// handled.
using FloatLayerKind =
    std::variant<FloatConvolution, FloatFullyConnected, FloatRelu, FloatTanh, FloatMaximumPooling, FloatFlatten>;

struct FloatLayer {
  std::string name;  ///< unique in its network
  FloatLayerKind kind;
};

/// A network before quantisation: layers in a row, one image at a time, pixels in [0, 1] in, logits out.
struct FloatNetwork {
  std::string name;
  Shape input_shape;  ///< (channels, height, width)
  std::vector<FloatLayer> layers;
};

/// True for layers that have weights.
bool has_weights(const FloatLayer& layer);

/// Shape that `layer` makes of `input`. Throws std::invalid_argument where the layer does not take it.
Shape output_shape(const FloatLayer& layer, const Shape& input);

/// May read or change a layer's output values before the next layer sees them; `layer` is the index in the network.
using LayerHook = std::function<void(size_t layer, std::vector<float>& values)>;

/// The network's output for `values`, one image of the network's input shape.
std::vector<float> run_float_network(const FloatNetwork& network, std::vector<float> values, const LayerHook& hook);

}  // namespace faultline::model
