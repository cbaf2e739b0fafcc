#include <algorithm>

#include "sim/model/average_lowering.h"
#include "sim/model/host_pooling.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

/// True when some tap of each window along one dimension lies inside the input.
bool windows_meet_input(int in, int out, int kernel, int stride, int dilation, int pad) {
  for (int position = 0; position < out; ++position) {
    bool inside = false;
    for (int tap = 0; tap < kernel && !inside; ++tap) {
      const int64_t at = int64_t{position} * stride + int64_t{tap} * dilation - pad;
      inside = at >= 0 && at < in;
    }
    if (!inside) {
      return false;
    }
  }
  return true;
}

bool windows_meet_input(const ConvolutionGeometry& g) {
  return windows_meet_input(g.in_height, g.out_height, g.kernel_height, g.stride_y, g.dilation_y, g.pad_top) &&
         windows_meet_input(g.in_width, g.out_width, g.kernel_width, g.stride_x, g.dilation_x, g.pad_left);
}

Window window_of(const ImportContext& context, const onnx::NodeProto& node, const Value& input) {
  if (input.is_constant()) {
    context.fail(node, "pools a constant", "its input must depend on the network's");
  }
  if (integer_attribute(node, "channels_last", 0) != 0) {
    context.fail(node, "takes its channels last", "export it with channels first");
  }
  Window window = read_window(context, node, context.shape(input), {});
  window.geometry.groups = window.geometry.in_channels;
  return window;
}

SumOrder order_of(const Window& window) {
  return window.geometry.stride_x <= 2 ? SumOrder::kColumns : SumOrder::kRows;
}

bool includes_padding(const onnx::NodeProto& node) {
  return integer_attribute(node, "count_include_pad", 0) != 0;
}

void import_average(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  const Window window = window_of(context, node, input);
  lower_average(context, node, window, input, includes_padding(node), order_of(window), fuse(context, node),
                result_shape(window));
}

void import_global_average(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  const Window window = global_window(context, node, input);
  lower_average(context, node, window, input, false, SumOrder::kQuarters, fuse(context, node), result_shape(window));
}

/// Result of a QLinear operator, whose quantisation is at input `scale`.
Fusion own_quantisation(const ImportContext& context, const onnx::NodeProto& node, int scale) {
  Fusion fusion;
  fusion.codes = context.code_type(node, scale);
  fusion.names = {node.output(0)};
  return fusion;
}

void import_qlinear_average(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  const Value input = {nullptr, source.tensor, source.quantisation};
  const Window window = window_of(context, node, input);
  Fusion fusion = own_quantisation(context, node, 3);
  fusion.zero_point_before_rounding = true;
  lower_average(context, node, window, input, includes_padding(node), SumOrder::kRows, fusion, result_shape(window));
}

void import_qlinear_global_average(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  const Value input = {nullptr, source.tensor, source.quantisation};
  const Window window = global_window(context, node, input);
  lower_average(context, node, window, input, false, SumOrder::kExactInteger, own_quantisation(context, node, 3),
                result_shape(window));
}

/// Codes keep their quantisation: the maximum of codes is the code of the maximum.
void lower_maximum(ImportContext& context, const onnx::NodeProto& node, const Window& window, const Value& input) {
  if (node.output_size() > 1 && !node.output(1).empty()) {
    context.fail(node, "also gives the indices of its maxima", "export it with one output");
  }
  if (!windows_meet_input(window.geometry)) {
    context.fail(node, "has windows that lie in the padding alone", "pad by less than the kernel's size");
  }
  const Shape shape = result_shape(window);
  if (context.info(input.tensor).type == ElementType::kFloat32) {
    auto step =
        std::make_unique<FloatPooling>(window.geometry, 0, 0, FloatPooling::Function::kMaximum, SumOrder::kRows);
    finish_in_float(context, node, fuse(context, node), std::move(step), {input.tensor}, shape);
    return;
  }
  const TensorInfo& from = context.info(input.tensor);
  if (from.type != ElementType::kInt8 && from.type != ElementType::kInt16) {
    context.fail(node, "pools accumulators", "quantise them first");
  }
  auto step = std::make_unique<PoolingOperator>();
  step->pooling = PoolingKind::kMaximum;
  step->geometry = window.geometry;
  step->format = context.network().format;
  const TensorId codes = context.add_codes(
      node.output(0), shape, context.type_of(input.tensor, input.dequantised.value_or(from.quantisation)));
  context.add(node, std::move(step), {input.tensor}, codes);
  context.bind(node.output(0), {nullptr, codes, input.dequantised});
}

void import_maximum(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  lower_maximum(context, node, window_of(context, node, input), input);
}

void import_global_maximum(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  lower_maximum(context, node, global_window(context, node, input), input);
}

const OperatorImporter kAverage({"AveragePool"}, import_average);
const OperatorImporter kGlobalAverage({"GlobalAveragePool"}, import_global_average);
const OperatorImporter kQLinearAverage({"QLinearAveragePool"}, import_qlinear_average);
const OperatorImporter kQLinearGlobalAverage({"QLinearGlobalAveragePool"}, import_qlinear_global_average);
const OperatorImporter kMaximum({"MaxPool"}, import_maximum);
const OperatorImporter kGlobalMaximum({"GlobalMaxPool"}, import_global_maximum);

}  // namespace
}  // namespace faultline::model
