#include "sim/model/matrix_lowering.h"

#include <algorithm>
#include <cmath>

#include "hw/common/invalid_configuration.h"
#include "sim/model/host_float_matrix.h"

namespace faultline::model {
namespace {

/// One output channel in integers: value = unit * (sum of weight * (activation - zero point) + bias).
struct IntegerChannel {
  double unit = 1.0;
  int64_t bias = 0;
  double bias_rest = 0;  ///< what rounding the bias left over, in units, [-0.5, 0.5]
  std::vector<int32_t> weights;
};

/// Weights of 16 bits need activations of as many.
bool has_codes(const Constant& constant, hw::OperandFormat format) {
  return std::holds_alternative<std::vector<int8_t>>(constant.data) ||
         std::holds_alternative<std::vector<uint8_t>>(constant.data) ||
         (format.wide() && std::holds_alternative<std::vector<int16_t>>(constant.data));
}

bool runs_on_array(const MatrixRequest& request, hw::OperandFormat format) {
  const auto& map = request.weights->dequantised_by;
  return request.source && map && has_codes(*request.weights, format) &&
         (map->scale.size() == 1 || map->axis == request.weight_channel_axis);
}

/// `scale` is what one unit of the accumulator of zero-point-corrected weight codes is worth; its sign goes into the
/// weights. A channel whose weights are so small that its bias has no 32-bit form in that unit (dead channels, whose
/// weight scale is arbitrary) gets a coarser unit, in which the weights are rounded: the error is below 2^-29 of the
/// bias per weight unit. Where sums have 48 bits, so have biases.
IntegerChannel to_integers(std::vector<int32_t> weights, double scale, double bias, hw::OperandFormat format) {
  const double kBiasLimit = std::ldexp(1.0, format.sum_bits() - 2);
  IntegerChannel channel;
  channel.unit = std::abs(scale);
  if (channel.unit > 0 && std::abs(bias) / channel.unit < kBiasLimit) {
    if (scale < 0) {
      std::transform(weights.begin(), weights.end(), weights.begin(), [](int32_t weight) { return -weight; });
    }
  } else {
    channel.unit = bias == 0 ? 1.0 : std::abs(bias) / (kBiasLimit / 2);
    for (int32_t& weight : weights) {
      weight = static_cast<int32_t>(std::lround(weight * scale / channel.unit));
    }
  }
  channel.bias = std::llround(bias / channel.unit);
  channel.bias_rest = bias / channel.unit - static_cast<double>(channel.bias);
  channel.weights = std::move(weights);
  return channel;
}

std::vector<IntegerChannel> integer_channels(const ImportContext& context, const onnx::NodeProto& node,
                                             const MatrixRequest& request, const Fusion& fusion) {
  const Constant& weights = *request.weights;
  const AffineMap& map = *weights.dequantised_by;
  const bool is_unsigned = std::holds_alternative<std::vector<uint8_t>>(weights.data);
  const bool is_wide = std::holds_alternative<std::vector<int16_t>>(weights.data);
  const int32_t lowest = is_unsigned ? 0 : is_wide ? -32768 : -128;
  const int32_t highest = is_unsigned ? 255 : is_wide ? 32767 : 127;
  const auto taps = static_cast<size_t>(request.geometry.taps());
  std::vector<IntegerChannel> channels;
  for (size_t n = 0; n < static_cast<size_t>(request.geometry.out_channels); ++n) {
    const size_t entry = map.scale.size() == 1 ? 0 : n;
    const int32_t zero_point = map.zero_point[entry];
    if (zero_point < lowest || zero_point > highest) {
      context.fail(node, "has weight zero point " + std::to_string(zero_point), "zero points fit the weights' type");
    }
    std::vector<int32_t> codes(taps);
    for (size_t tap = 0; tap < taps; ++tap) {
      codes[tap] = static_cast<int32_t>(weights.stored(request.position(n, tap))) - zero_point;
    }
    const double gain = fusion.gain.empty() ? 1.0 : fusion.gain[n];
    const double offset = fusion.offset.empty() ? 0.0 : fusion.offset[n];
    const double scale =
        request.source->quantisation.scale * static_cast<double>(map.scale[entry]) * request.gain * gain;
    const double bias = request.bias[n] * gain + offset;
    if (!std::isfinite(scale) || !std::isfinite(bias)) {
      context.fail(node, "has a scale or bias that is not finite", "the file is damaged, export it again");
    }
    channels.push_back(to_integers(std::move(codes), scale, bias, context.network().format));
  }
  return channels;
}

int planes_needed(const std::vector<IntegerChannel>& channels, hw::OperandFormat format) {
  const int32_t low = -format.lowest();
  const int32_t high = format.highest();
  int planes = 1;
  for (const IntegerChannel& channel : channels) {
    for (const int32_t weight : channel.weights) {
      planes = std::max(planes, weight < 0 ? (-weight + low - 1) / low : (weight + high - 1) / high);
    }
  }
  return planes;
}

/// Weights as the network's contract orders them, split over planes of operands that add up to each.
template <typename Weight>
void store_weights(MatrixOperator& layer, const std::vector<IntegerChannel>& channels, std::vector<Weight>& weights) {
  layer.planes = planes_needed(channels, layer.format);
  const size_t taps = channels.empty() ? 0 : channels.front().weights.size();
  weights.resize(static_cast<size_t>(layer.planes) * channels.size() * taps);
  for (size_t n = 0; n < channels.size(); ++n) {
    for (size_t tap = 0; tap < taps; ++tap) {
      int32_t rest = channels[n].weights[tap];
      for (size_t plane = 0; plane < static_cast<size_t>(layer.planes); ++plane) {
        const int32_t part = std::clamp(rest, layer.format.lowest(), layer.format.highest());
        weights[(plane * channels.size() + n) * taps + tap] = static_cast<Weight>(part);
        rest -= part;
      }
    }
  }
}

void store_biases(MatrixOperator& layer, const std::vector<IntegerChannel>& channels, int32_t zero_point) {
  for (const IntegerChannel& channel : channels) {
    int64_t bias = channel.bias;
    for (const int32_t weight : channel.weights) {
      bias -= static_cast<int64_t>(zero_point) * weight;
    }
    if (layer.format.wide()) {
      layer.post.wide_bias.push_back(bias);
    } else {
      layer.post.bias.push_back(static_cast<int32_t>(static_cast<uint32_t>(bias)));  // sums wrap at 32 bits alike
    }
  }
}

void store_requantisation(const ImportContext& context, const onnx::NodeProto& node, MatrixOperator& layer,
                          const std::vector<IntegerChannel>& channels, const Fusion& fusion) {
  for (const IntegerChannel& channel : channels) {
    const bool constant_zero = channel.bias == 0 && std::all_of(channel.weights.begin(), channel.weights.end(),
                                                                [](int32_t weight) { return weight == 0; });
    try {
      const double factor = channel.unit / fusion.codes->quantisation.scale;
      layer.post.factor.push_back(constant_zero ? hw::FixedPointFactor() : hw::to_fixed_point(factor));
    } catch (const hw::InvalidConfiguration& error) {
      context.fail(node, "has scales that do not fit together: " + std::string(error.what()),
                   "the file is damaged, export it again");
    }
  }
  // Quantised biases are whole up to the rounding of their float scale.
  constexpr double kWhole = 0.02;
  if (std::any_of(channels.begin(), channels.end(),
                  [](const IntegerChannel& channel) { return std::abs(channel.bias_rest) > kWhole; })) {
    for (size_t n = 0; n < channels.size(); ++n) {
      const double residue = channels[n].bias_rest * layer.post.factor[n].multiplier;
      layer.post.residue.push_back(static_cast<int32_t>(std::lround(residue)));
    }
  }
  layer.post.zero_point = fusion.codes->quantisation.zero_point;
  layer.post.low = fusion.low_code();
  layer.post.high = fusion.high_code();
}

void add_dequantisation(ImportContext& context, const onnx::NodeProto& node, const MatrixRequest& request,
                        const std::vector<IntegerChannel>& channels, const Fusion& fusion, TensorId accumulators) {
  std::vector<double> units;
  std::vector<double> rests;
  for (const IntegerChannel& channel : channels) {
    units.push_back(channel.unit);
    rests.push_back(channel.bias_rest);
  }
  const size_t inner =
      request.layout == Layout::kChannelsFirst ? static_cast<size_t>(request.geometry.pixels()) : size_t{1};
  auto step = std::make_unique<DequantiseAccumulator>(std::move(units), std::move(rests), inner);
  step->kind = "DequantizeLinear";
  const TensorId real = context.add_tensor(fusion.names.front(), request.output_shape, ElementType::kFloat32);
  context.add(node, std::move(step), {accumulators}, real);
  bind_result(context, fusion, real);
}

void add_on_array(ImportContext& context, const onnx::NodeProto& node, const MatrixRequest& request,
                  const Fusion& fusion) {
  const std::vector<IntegerChannel> channels = integer_channels(context, node, request, fusion);
  auto layer = std::make_unique<MatrixOperator>();
  layer->geometry = request.geometry;
  layer->layout = request.layout;
  const int32_t zero_point = request.source->quantisation.zero_point;
  layer->pad_value = static_cast<int8_t>(zero_point);
  layer->format = context.network().format;
  if (layer->format.wide()) {
    store_weights(*layer, channels, layer->wide_weights);
  } else {
    store_weights(*layer, channels, layer->weights);
  }
  store_biases(*layer, channels, zero_point);
  if (fusion.codes) {
    store_requantisation(context, node, *layer, channels, fusion);
    context.add(node, std::move(layer), {request.source->tensor},
                add_fused_codes(context, fusion, request.output_shape));
    return;
  }
  const std::string name = fusion.names.front() + (request.integer_result ? "" : "_accumulator");
  const TensorId accumulators =
      context.add_tensor(name, request.output_shape, layer->format.wide() ? ElementType::kInt64 : ElementType::kInt32);
  context.add(node, std::move(layer), {request.source->tensor}, accumulators);
  if (request.integer_result) {
    bind_result(context, fusion, accumulators);
  } else {
    add_dequantisation(context, node, request, channels, fusion, accumulators);
  }
}

void add_in_float(ImportContext& context, const onnx::NodeProto& node, const MatrixRequest& request,
                  const Fusion& fusion) {
  const auto channels = static_cast<size_t>(request.geometry.out_channels);
  const auto taps = static_cast<size_t>(request.geometry.taps());
  std::vector<float> weights;
  weights.reserve(channels * taps);
  std::vector<double> bias;
  for (size_t n = 0; n < channels; ++n) {
    const double gain = fusion.gain.empty() ? 1.0 : fusion.gain[n];
    bias.push_back(request.bias[n] * gain + (fusion.offset.empty() ? 0.0 : fusion.offset[n]));
    for (size_t tap = 0; tap < taps; ++tap) {
      weights.push_back(static_cast<float>(request.weights->real(request.position(n, tap)) * request.gain * gain));
    }
  }
  auto step = std::make_unique<FloatMatrix>(request.geometry, request.layout, std::move(weights), std::move(bias));
  finish_in_float(context, node, fusion, std::move(step), {context.as_float(node, request.input)},
                  request.output_shape);
}

}  // namespace

void lower_matrix(ImportContext& context, const onnx::NodeProto& node, const MatrixRequest& request) {
  Fusion fusion;
  if (request.codes || request.integer_result) {
    fusion.codes = request.codes;
    fusion.names = {node.output(0)};
  } else {
    const ChannelPlace place{request.output_shape, request.channel_axis};
    fusion = fuse(context, node, &place);
  }
  if (runs_on_array(request, context.network().format)) {
    add_on_array(context, node, request, fusion);
  } else if (request.source && !request.input.dequantised) {
    context.fail(
        node, "has weights that are not integers of the activations' width with one scale, or one per output channel",
        "quantise its weights so");
  } else {
    add_in_float(context, node, request, fusion);
  }
}

std::vector<double> bias_per_channel(const ImportContext& context, const onnx::NodeProto& node,
                                     const Constant& constant, size_t channels) {
  if (constant.size() != channels && constant.size() != 1) {
    context.fail(node,
                 "has " + std::to_string(constant.size()) + " biases for " + std::to_string(channels) + " channels",
                 "give one per channel");
  }
  std::vector<double> bias(channels);
  for (size_t n = 0; n < channels; ++n) {
    bias[n] = constant.real(constant.size() == 1 ? 0 : n);
  }
  return bias;
}

std::shared_ptr<const Constant> with_affine_map(const ImportContext& context, const onnx::NodeProto& node,
                                                const Constant& constant, AffineMap map) {
  const bool along_axis = map.axis >= 0 && map.axis < static_cast<int>(constant.extents.size()) &&
                          static_cast<int64_t>(map.scale.size()) == constant.extents[static_cast<size_t>(map.axis)];
  if (map.scale.size() != 1 && !along_axis) {
    context.fail(node, "has " + std::to_string(map.scale.size()) + " scales that do not match its tensor's channels",
                 "give one scale, or one per channel");
  }
  if (constant.is_float()) {
    context.fail(node, "dequantises values that are not integers", "the file is damaged, export it again");
  }
  auto mapped = std::make_shared<Constant>(constant);
  mapped->dequantised_by = std::move(map);
  return mapped;
}

AffineMap integer_map(const ImportContext& context, const onnx::NodeProto& node, int zero_point) {
  AffineMap map;
  const auto constant = context.optional_constant_input(node, zero_point, "zero point");
  for (const int64_t entry : constant != nullptr ? constant->integers() : std::vector<int64_t>{0}) {
    map.zero_point.push_back(static_cast<int32_t>(entry));
  }
  map.scale.assign(map.zero_point.size(), 1.0F);
  return map;
}

QuantisedSource integer_source(const ImportContext& context, const onnx::NodeProto& node, int index, int zero_point) {
  const Value& value = context.input(node, index);
  if (value.is_constant() || value.dequantised || context.info(value.tensor).type != ElementType::kInt8) {
    context.fail(node, "does not read int8 or uint8 values from '" + node.input(index) + "'", "quantise them first");
  }
  const AffineMap map = integer_map(context, node, zero_point);
  const int32_t stored =
      map.zero_point.empty() ? 0 : map.zero_point[0] - (context.info(value.tensor).declared_unsigned ? 128 : 0);
  if (map.zero_point.size() != 1 || stored < -128 || stored > 127) {
    context.fail(node, "has an activation zero point that does not fit its type", "one zero point per tensor");
  }
  return {value.tensor, {1.0, stored}};
}

}  // namespace faultline::model
