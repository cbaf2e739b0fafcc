#include "sim/model/average_lowering.h"

#include <algorithm>
#include <cmath>

#include "hw/common/invalid_configuration.h"

namespace faultline::model {
namespace {

/// True when every window of an average counts kernel_height * kernel_width elements.
bool counts_are_equal(const Window& window, bool include_padding) {
  const ConvolutionGeometry& g = window.geometry;
  const bool padded = g.pad_top + g.pad_left + window.pad_bottom + window.pad_right > 0;
  const int bottom = (g.out_height - 1) * g.stride_y + (g.kernel_height - 1) * g.dilation_y + 1 - g.pad_top;
  const int right = (g.out_width - 1) * g.stride_x + (g.kernel_width - 1) * g.dilation_x + 1 - g.pad_left;
  return (!padded || include_padding) && bottom <= g.in_height + window.pad_bottom &&
         right <= g.in_width + window.pad_right;
}

/// Average of codes as a sum with requantisation; every window counts the same number of elements.
void add_sum(ImportContext& context, const onnx::NodeProto& node, const Window& window, const QuantisedSource& source,
             const Fusion& fusion, const Shape& shape) {
  auto step = std::make_unique<PoolingOperator>();
  step->pooling = PoolingKind::kSum;
  step->geometry = window.geometry;
  const int32_t zero_point = source.quantisation.zero_point;
  step->pad_value = static_cast<int8_t>(zero_point);
  const auto channels = static_cast<size_t>(window.geometry.out_channels);
  const int64_t count = int64_t{window.geometry.kernel_height} * window.geometry.kernel_width;
  PostProcessing& post = step->post;
  post.bias.assign(channels, static_cast<int32_t>(-zero_point * count));
  const double factor = source.quantisation.scale / (fusion.codes->quantisation.scale * static_cast<double>(count));
  try {
    post.factor.assign(channels, hw::to_fixed_point(factor));
  } catch (const hw::InvalidConfiguration& error) {
    context.fail(node, "has scales that do not fit together: " + std::string(error.what()),
                 "the file is damaged, export it again");
  }
  post.zero_point = fusion.codes->quantisation.zero_point;
  post.low = fusion.low_code();
  post.high = fusion.high_code();
  context.add(node, std::move(step), {source.tensor}, add_fused_codes(context, fusion, shape));
}

/// How often an average lies halfway between two codes: the share of possible sums for which it does.
double share_of_ties(double factor, int64_t count) {
  constexpr int64_t kSums = 4096;  // consecutive sums; the pattern repeats long before where it repeats at all
  int64_t ties = 0;
  for (int64_t sum = 0; sum < std::min(kSums, 256 * count); ++sum) {
    const double position = factor * static_cast<double>(sum);
    ties += std::abs(position - std::floor(position) - 0.5) < 1e-5 ? 1 : 0;
  }
  return static_cast<double>(ties) / static_cast<double>(std::min(kSums, 256 * count));
}

/// Averages over a few elements (2x2) that go to codes of the same scale are often exact ties, which float arithmetic,
/// ONNX Runtime's, decides by its rounding errors: on the accelerator a tenth of 2x2 averages would be one step off.
/// Those are left to float.
bool follows_float_rounding(const Window& window, const QuantisedSource& source, const Fusion& fusion) {
  constexpr double kTolerable = 0.02;
  const int64_t count = int64_t{window.geometry.kernel_height} * window.geometry.kernel_width;
  const double factor = source.quantisation.scale / (fusion.codes->quantisation.scale * static_cast<double>(count));
  return share_of_ties(factor, count) > kTolerable;
}

}  // namespace

Window global_window(const ImportContext& context, const onnx::NodeProto& node, const Value& input) {
  if (input.is_constant() || context.shape(input).size() < 2) {
    context.fail(node, "pools something that has no spatial dimensions", "its input is (channels, height, width)");
  }
  if (integer_attribute(node, "channels_last", 0) != 0) {
    context.fail(node, "takes its channels last", "export it with channels first");
  }
  const Shape& shape = context.shape(input);
  Window window;
  ConvolutionGeometry& g = window.geometry;
  g.in_channels = g.out_channels = g.groups = static_cast<int>(shape[0]);
  g.in_width = g.kernel_width = static_cast<int>(shape.back());
  g.in_height = g.kernel_height = static_cast<int>(element_count(shape) / shape[0] / shape.back());
  window.spatial_shape.assign(shape.size() - 1, 1);
  return window;
}

Shape result_shape(const Window& window) {
  Shape shape = {window.geometry.out_channels};
  shape.insert(shape.end(), window.spatial_shape.begin(), window.spatial_shape.end());
  return shape;
}

void lower_average(ImportContext& context, const onnx::NodeProto& node, const Window& window, const Value& input,
                   bool include_padding, SumOrder order, const Fusion& fusion, const Shape& shape) {
  const auto source = context.quantised(input);
  constexpr int64_t kCodesInAccumulator = int64_t{1} << 23;  // of 8 bits, that a 32-bit sum always holds
  const int64_t count = int64_t{window.geometry.kernel_height} * window.geometry.kernel_width;
  if (source && fusion.codes && counts_are_equal(window, include_padding) && count < kCodesInAccumulator &&
      (order == SumOrder::kExactInteger || !follows_float_rounding(window, *source, fusion))) {
    add_sum(context, node, window, *source, fusion, shape);
    return;
  }
  const auto function =
      include_padding ? FloatPooling::Function::kAverageWithPadding : FloatPooling::Function::kAverage;
  auto step = std::make_unique<FloatPooling>(window.geometry, window.pad_bottom, window.pad_right, function, order);
  finish_in_float(context, node, fusion, std::move(step), {context.as_float(node, input)}, shape);
}

}  // namespace faultline::model
