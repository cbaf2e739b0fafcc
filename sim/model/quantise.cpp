#include "sim/model/quantise.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>

namespace faultline::model {
namespace {

struct Range {
  float low = 0;  // zero is always inside: padding and Relu need it exact
  float high = 0;

  void include(const std::vector<float>& values) {
    for (const float value : values) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  void widen(double factor) {
    low = static_cast<float>(low * factor);
    high = static_cast<float>(high * factor);
  }
};

std::vector<float> normalised(const Dataset& dataset, size_t index) {
  const auto pixels = static_cast<size_t>(element_count(dataset.shape));
  std::vector<float> values(pixels);
  std::transform(dataset.image(index), dataset.image(index) + pixels, values.begin(),
                 [](uint8_t pixel) { return static_cast<float>(pixel) / 255.0F; });
  return values;
}

/// Range of every layer's output over all images.
std::vector<Range> calibrate(const FloatNetwork& network, const Dataset& images) {
  std::vector<Range> ranges(network.layers.size());
  for (size_t i = 0; i < images.size(); ++i) {
    run_float_network(network, normalised(images, i),
                      [&ranges](size_t layer, std::vector<float>& values) { ranges[layer].include(values); });
  }
  return ranges;
}

Quantisation choose(const Range& range, hw::OperandFormat format) {
  constexpr float kLeast = 1e-6F;  // a layer whose output is always zero still needs a scale
  const int32_t lowest = format.lowest();
  const int32_t highest = format.highest();
  if (format.wide()) {
    const float largest = std::max(range.high, -range.low);
    return {std::max(largest / static_cast<float>(highest), kLeast), 0};
  }
  const float scale = std::max((range.high - range.low) / static_cast<float>(highest - lowest), kLeast);
  const long zero_point = lowest - std::lround(range.low / scale);
  return {scale, static_cast<int32_t>(std::clamp<long>(zero_point, lowest, highest))};
}

/// pixel / 255 as a code of its own.
Quantisation input_quantisation(hw::OperandFormat format) {
  return {1.0F / 255.0F, format.wide() ? 0 : format.lowest()};
}

/// Views of the two kinds of layer that have weights.
struct WeightView {
  Shape shape;
  const std::vector<float>* weights;
  const std::vector<float>* bias;
};

std::optional<WeightView> view_weights(const FloatLayer& layer) {
  if (const auto* convolution = std::get_if<FloatConvolution>(&layer.kind)) {
    return WeightView{{convolution->out_channels, convolution->in_channels, convolution->kernel, convolution->kernel},
                      &convolution->weights,
                      &convolution->bias};
  }
  if (const auto* connected = std::get_if<FloatFullyConnected>(&layer.kind)) {
    return WeightView{{connected->out_features, connected->in_features}, &connected->weights, &connected->bias};
  }
  return std::nullopt;
}

QuantisedWeights quantise_weights(const WeightView& view, double input_scale, int bits) {
  constexpr double kLargestBias = 1 << 30;
  const auto largest_code = static_cast<float>((1 << (bits - 1)) - 1);
  QuantisedWeights result;
  result.shape = view.shape;
  const size_t channels = view.bias->size();
  const size_t row = view.weights->size() / channels;
  for (size_t channel = 0; channel < channels; ++channel) {
    const float* weights = view.weights->data() + channel * row;
    float largest = 0;
    for (size_t i = 0; i < row; ++i) {
      largest = std::max(largest, std::fabs(weights[i]));
    }
    const float finest = largest > 0 ? largest / largest_code : 1.0F;
    const double bias_bound = std::fabs(static_cast<double>((*view.bias)[channel])) / (kLargestBias * input_scale);
    const float scale = std::max(finest, static_cast<float>(bias_bound));
    for (size_t i = 0; i < row; ++i) {
      result.weights.push_back(static_cast<int16_t>(std::lround(weights[i] / scale)));
    }
    const auto bias_scale = static_cast<float>(input_scale * scale);
    result.scales.push_back(scale);
    result.bias_scales.push_back(bias_scale);
    result.bias.push_back(static_cast<int32_t>(std::lround((*view.bias)[channel] / bias_scale)));
  }
  return result;
}

/// Layers that only choose or rearrange values keep the codes of their input.
bool keeps_codes(const FloatLayer& layer) {
  return std::holds_alternative<FloatMaximumPooling>(layer.kind) || std::holds_alternative<FloatFlatten>(layer.kind);
}

bool is_relu(const FloatLayer& layer) {
  return std::holds_alternative<FloatRelu>(layer.kind);
}

/// Rounds to the nearest code, ties to even, as QuantizeLinear does, and back.
void round_to_codes(const Quantisation& quantisation, hw::OperandFormat format, std::vector<float>& values) {
  const auto scale = static_cast<float>(quantisation.scale);
  const auto zero_point = static_cast<float>(quantisation.zero_point);
  for (float& value : values) {
    const float code = std::clamp(std::nearbyint(value / scale) + zero_point, static_cast<float>(format.lowest()),
                                  static_cast<float>(format.highest()));
    value = (code - zero_point) * scale;
  }
}

/// The network with its weights rounded: what the float operators of the QDQ form see.
FloatNetwork with_rounded_weights(const QuantisedNetwork& network) {
  FloatNetwork result{network.name, network.input_shape, {}};
  for (const QuantisedLayer& quantised : network.layers) {
    FloatLayer layer = quantised.layer;
    if (const std::optional<WeightView> view = view_weights(layer)) {
      const QuantisedWeights& codes = *quantised.weights;
      std::vector<float> weights(codes.weights.size());
      std::vector<float> bias(codes.bias.size());
      const size_t row = weights.size() / bias.size();
      for (size_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<float>(codes.weights[i]) * codes.scales[i / row];
      }
      for (size_t i = 0; i < bias.size(); ++i) {
        bias[i] = static_cast<float>(codes.bias[i]) * codes.bias_scales[i];
      }
      if (auto* convolution = std::get_if<FloatConvolution>(&layer.kind)) {
        convolution->weights = std::move(weights);
        convolution->bias = std::move(bias);
      } else {
        auto& connected = std::get<FloatFullyConnected>(layer.kind);
        connected.weights = std::move(weights);
        connected.bias = std::move(bias);
      }
    }
    result.layers.push_back(std::move(layer));
  }
  return result;
}

double accuracy(const FloatNetwork& network, const Dataset& dataset, const LayerHook& hook) {
  size_t right = 0;
  for (size_t i = 0; i < dataset.size(); ++i) {
    const std::vector<float> logits = run_float_network(network, normalised(dataset, i), hook);
    right += std::max_element(logits.begin(), logits.end()) - logits.begin() == dataset.labels[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(dataset.size());
}

}  // namespace

QuantisedNetwork quantise(const FloatNetwork& network, const Dataset& calibration, hw::OperandFormat format,
                          double headroom, std::optional<int> weight_bits) {
  std::vector<Range> ranges = calibrate(network, calibration);
  std::for_each(ranges.begin(), ranges.end() - 1, [headroom](Range& range) { range.widen(headroom); });
  QuantisedNetwork result{network.name, network.input_shape, input_quantisation(format), {}, format};
  Quantisation current = result.input;
  for (size_t i = 0; i < network.layers.size(); ++i) {
    QuantisedLayer quantised{network.layers[i], std::nullopt, std::nullopt};
    if (const std::optional<WeightView> view = view_weights(network.layers[i])) {
      quantised.weights = quantise_weights(*view, current.scale, weight_bits.value_or(format.operand_bits));
    }
    const bool fused =
        has_weights(network.layers[i]) && i + 1 < network.layers.size() && is_relu(network.layers[i + 1]);
    if (!fused) {
      current = keeps_codes(network.layers[i]) ? current : choose(ranges[i], format);
      quantised.output = current;
    }
    result.layers.push_back(std::move(quantised));
  }
  return result;
}

double float_accuracy(const FloatNetwork& network, const Dataset& dataset) {
  return accuracy(network, dataset, [](size_t, std::vector<float>&) {});
}

double quantised_accuracy(const QuantisedNetwork& network, const Dataset& dataset) {
  return accuracy(with_rounded_weights(network), dataset, [&network](size_t layer, std::vector<float>& values) {
    if (network.layers[layer].output) {
      round_to_codes(*network.layers[layer].output, network.format, values);
    }
  });
}

}  // namespace faultline::model
