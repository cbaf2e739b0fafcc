#include "sim/model/matrix_lowering.h"
#include "sim/model/operator_importer.h"
#include "sim/model/window.h"

namespace faultline::model {
namespace {

/// Geometry, weights and their order; what the operators of the family have in common. `bias` is left to the caller.
MatrixRequest convolution(ImportContext& context, const onnx::NodeProto& node, const Value& input,
                          std::shared_ptr<const Constant> weights) {
  if (input.is_constant()) {
    context.fail(node, "convolves a constant", "its input must depend on the network's");
  }
  const Shape& shape = context.shape(input);
  const Extents& extents = weights->extents;
  if (extents.size() < 3 || weights->size() == 0) {
    context.fail(node, "has weights of " + std::to_string(extents.size()) + " dimensions",
                 "one- and two-dimensional convolutions are supported");
  }
  Window window = read_window(context, node, shape, {extents.begin() + 2, extents.end()});
  const int64_t groups = integer_attribute(node, "group", 1);
  if (groups < 1 || shape[0] % groups != 0 || extents[0] % groups != 0 || shape[0] / groups != extents[1]) {
    context.fail(node,
                 "has weights for " + std::to_string(extents[1]) + " of " + std::to_string(shape[0]) +
                     " input channels in " + std::to_string(groups) + " groups",
                 "channels divide by the groups");
  }
  MatrixRequest request;
  request.geometry = window.geometry;
  request.geometry.groups = static_cast<int>(groups);
  request.geometry.out_channels = static_cast<int>(extents[0]);
  request.output_shape = {extents[0]};
  request.output_shape.insert(request.output_shape.end(), window.spatial_shape.begin(), window.spatial_shape.end());
  request.input = input;
  const auto channels = static_cast<size_t>(extents[1]);
  const size_t area = weights->size() / static_cast<size_t>(extents[0]) / channels;
  request.position = [channels, area](size_t n, size_t tap) {
    return (n * channels + tap % channels) * area + tap / channels;
  };
  request.bias.assign(static_cast<size_t>(extents[0]), 0.0);
  request.weights = std::move(weights);
  return request;
}

void import_conv(ImportContext& context, const onnx::NodeProto& node) {
  const Value& input = context.input(node, 0);
  MatrixRequest request = convolution(context, node, input, context.constant_input(node, 1, "weights"));
  request.source = context.quantised_to_any_width(input);
  if (const auto bias = context.optional_constant_input(node, 2, "bias")) {
    request.bias = bias_per_channel(context, node, *bias, request.bias.size());
  }
  lower_matrix(context, node, request);
}

void import_qlinear_conv(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  const auto codes = context.constant_input(node, 3, "weights");
  const AffineMap map = context.affine_input(node, 4);
  MatrixRequest request =
      convolution(context, node, context.input(node, 0), with_affine_map(context, node, *codes, map));
  request.source = source;
  request.codes = context.code_type(node, 6);
  if (const auto bias = context.optional_constant_input(node, 8, "bias")) {
    request.bias = bias_per_channel(context, node, *bias, request.bias.size());
    for (size_t n = 0; n < request.bias.size(); ++n) {  // in units of the accumulator
      request.bias[n] *= source.quantisation.scale * static_cast<double>(map.scale[map.scale.size() == 1 ? 0 : n]);
    }
  }
  lower_matrix(context, node, request);
}

void import_conv_integer(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = integer_source(context, node, 0, 2);
  const auto codes = context.constant_input(node, 1, "weights");
  MatrixRequest request = convolution(context, node, context.input(node, 0),
                                      with_affine_map(context, node, *codes, integer_map(context, node, 3)));
  request.source = source;
  request.integer_result = true;
  lower_matrix(context, node, request);
}

const OperatorImporter kConv({"Conv"}, import_conv);
const OperatorImporter kQLinearConv({"QLinearConv"}, import_qlinear_conv);
const OperatorImporter kConvInteger({"ConvInteger"}, import_conv_integer);

}  // namespace
}  // namespace faultline::model
