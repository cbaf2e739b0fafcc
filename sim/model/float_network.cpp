#include "sim/model/float_network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace faultline::model {
namespace {

/// The values of one image on their way through the layers.
struct Activation {
  Shape shape;
  std::vector<float> values;
};

[[noreturn]] void reject(const std::string& expected) {
  throw std::invalid_argument("the layer takes " + expected);
}

struct ShapeRule {
  const Shape& input;

  Shape operator()(const FloatConvolution& layer) const {
    const int64_t border = int64_t{2} * layer.padding;
    if (input.size() != 3 || input[0] != layer.in_channels || input[1] + border < layer.kernel ||
        input[2] + border < layer.kernel) {
      reject("images of " + std::to_string(layer.in_channels) + " channels, no smaller than its kernel");
    }
    const int64_t shrink = layer.kernel - 1 - border;
    return {layer.out_channels, input[1] - shrink, input[2] - shrink};
  }
  Shape operator()(const FloatFullyConnected& layer) const {
    if (input != Shape{layer.in_features}) {
      reject(std::to_string(layer.in_features) + " features");
    }
    return {layer.out_features};
  }
  Shape operator()(const FloatRelu&) const { return input; }
  Shape operator()(const FloatTanh&) const { return input; }
  Shape operator()(const FloatMaximumPooling& layer) const {
    if (input.size() != 3 || input[1] % layer.window != 0 || input[2] % layer.window != 0) {
      reject("images divisible into its windows");
    }
    return {input[0], input[1] / layer.window, input[2] / layer.window};
  }
  Shape operator()(const FloatFlatten&) const { return {element_count(input)}; }
};

/// The input with a border of zeros.
Activation padded(const Activation& input, int64_t padding) {
  Activation result{{input.shape[0], input.shape[1] + 2 * padding, input.shape[2] + 2 * padding}, {}};
  result.values.assign(static_cast<size_t>(element_count(result.shape)), 0.0F);
  const int64_t rows = input.shape[0] * input.shape[1];
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t channel = row / input.shape[1];
    const int64_t target = channel * result.shape[1] + row % input.shape[1] + padding;
    std::copy_n(input.values.begin() + row * input.shape[2], input.shape[2],
                result.values.begin() + target * result.shape[2] + padding);
  }
  return result;
}

struct LayerRule {
  const Activation& input;
  const Shape& shape;  // of the output

  std::vector<float> operator()(const FloatConvolution& layer) const {
    const Activation source = padded(input, layer.padding);
    const int64_t area = shape[1] * shape[2];
    std::vector<float> output(static_cast<size_t>(shape[0] * area));
    const float* weight = layer.weights.data();
    for (int64_t out = 0; out < shape[0]; ++out) {
      float* plane = output.data() + out * area;
      std::fill_n(plane, area, layer.bias[static_cast<size_t>(out)]);
      for (int64_t tap = 0; tap < int64_t{layer.in_channels} * layer.kernel * layer.kernel; ++tap) {
        add_tap(source, tap, layer.kernel, *weight++, plane);
      }
    }
    return output;
  }
  std::vector<float> operator()(const FloatFullyConnected& layer) const {
    std::vector<float> output(layer.bias);
    const float* weight = layer.weights.data();
    for (float& sum : output) {
      for (const float value : input.values) {
        sum += value * *weight++;
      }
    }
    return output;
  }
  std::vector<float> operator()(const FloatRelu&) const {
    std::vector<float> output = input.values;
    for (float& value : output) {
      value = std::max(value, 0.0F);
    }
    return output;
  }
  std::vector<float> operator()(const FloatTanh&) const {
    std::vector<float> output = input.values;
    for (float& value : output) {
      value = std::tanh(value);
    }
    return output;
  }
  std::vector<float> operator()(const FloatMaximumPooling& layer) const {
    std::vector<float> output(static_cast<size_t>(element_count(shape)), std::numeric_limits<float>::lowest());
    for (size_t i = 0; i < input.values.size(); ++i) {
      const auto place = static_cast<int64_t>(i);
      const int64_t column = place % input.shape[2] / layer.window;
      const int64_t row = place / input.shape[2] % input.shape[1] / layer.window;
      const int64_t channel = place / input.shape[2] / input.shape[1];
      float& maximum = output[static_cast<size_t>((channel * shape[1] + row) * shape[2] + column)];
      maximum = std::max(maximum, input.values[i]);
    }
    return output;
  }
  std::vector<float> operator()(const FloatFlatten&) const { return input.values; }

 private:
  /// Adds the products of one weight with all the pixels that it meets to one output plane.
  void add_tap(const Activation& source, int64_t tap, int64_t kernel, float weight, float* plane) const {
    const int64_t channel = tap / (kernel * kernel);
    const int64_t kernel_row = tap / kernel % kernel;
    const float* first =
        source.values.data() + (channel * source.shape[1] + kernel_row) * source.shape[2] + tap % kernel;
    for (int64_t row = 0; row < shape[1]; ++row) {
      for (int64_t column = 0; column < shape[2]; ++column) {
        plane[row * shape[2] + column] += weight * first[row * source.shape[2] + column];
      }
    }
  }
};

}  // namespace

bool has_weights(const FloatLayer& layer) {
  return std::holds_alternative<FloatConvolution>(layer.kind) ||
         std::holds_alternative<FloatFullyConnected>(layer.kind);
}

Shape output_shape(const FloatLayer& layer, const Shape& input) {
  return std::visit(ShapeRule{input}, layer.kind);
}

std::vector<float> run_float_network(const FloatNetwork& network, std::vector<float> values, const LayerHook& hook) {
  Activation activation{network.input_shape, std::move(values)};
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const FloatLayer& layer = network.layers[i];
    Shape shape = output_shape(layer, activation.shape);
    activation.values = std::visit(LayerRule{activation, shape}, layer.kind);
    activation.shape = std::move(shape);
    hook(i, activation.values);
  }
  return activation.values;
}

}  // namespace faultline::model
