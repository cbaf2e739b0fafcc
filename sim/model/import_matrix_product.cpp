#include <algorithm>
#include <numeric>

#include "sim/model/host_float_matrix.h"
#include "sim/model/matrix_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

/// The product of an input whose last dimension is `depth` with a constant matrix, (columns, depth) when `transposed`
/// and (depth, columns) otherwise.
MatrixRequest matrix_product(ImportContext& context, const onnx::NodeProto& node, const Value& input,
                             std::shared_ptr<const Constant> weights, bool transposed) {
  if (input.is_constant()) {
    context.fail(node, "multiplies constants", "its input must depend on the network's");
  }
  const Shape& shape = context.shape(input);
  if (weights->extents.size() != 2 || weights->size() == 0 || shape.empty()) {
    context.fail(node, "has weights of " + std::to_string(weights->extents.size()) + " dimensions",
                 "weights of matrix products are matrices");
  }
  const int64_t columns = weights->extents[transposed ? 0 : 1];
  const int64_t depth = weights->extents[transposed ? 1 : 0];
  if (shape.back() != depth) {
    context.fail(
        node, "multiplies rows of " + std::to_string(shape.back()) + " by a matrix of depth " + std::to_string(depth),
        "both must be equal");
  }
  MatrixRequest request;
  request.output_shape = shape;
  request.output_shape.back() = columns;
  request.channel_axis = shape.size() - 1;
  request.layout = shape.size() == 1 ? Layout::kChannelsFirst : Layout::kChannelsLast;
  request.geometry.in_channels = static_cast<int>(depth);
  request.geometry.out_channels = static_cast<int>(columns);
  request.geometry.in_height = static_cast<int>(element_count(shape) / depth);
  request.geometry.out_height = request.geometry.in_height;
  request.input = input;
  request.weights = std::move(weights);
  request.weight_channel_axis = transposed ? 0 : 1;
  const auto row = static_cast<size_t>(transposed ? depth : columns);
  request.position = [transposed, row](size_t n, size_t tap) { return transposed ? n * row + tap : tap * row + n; };
  request.bias.assign(static_cast<size_t>(columns), 0.0);
  return request;
}

AffineMap weight_map(const ImportContext& context, const onnx::NodeProto& node, int scale, bool transposed) {
  AffineMap map = context.affine_input(node, scale);
  map.axis = transposed ? 0 : 1;
  return map;
}

void refuse_transposed_input(const ImportContext& context, const onnx::NodeProto& node) {
  if (integer_attribute(node, "transA", 0) != 0) {
    context.fail(node, "transposes its first operand, and so moves the batch dimension", "export it with transA = 0");
  }
}

void import_gemm(ImportContext& context, const onnx::NodeProto& node) {
  refuse_transposed_input(context, node);
  const Value& input = context.input(node, 0);
  const bool transposed = integer_attribute(node, "transB", 0) != 0;
  MatrixRequest request = matrix_product(context, node, input, context.constant_input(node, 1, "weights"), transposed);
  request.source = context.quantised_to_any_width(input);
  request.gain = static_cast<double>(float_attribute(node, "alpha", 1.0F));
  if (const auto bias = context.optional_constant_input(node, 2, "bias")) {
    const double beta = static_cast<double>(float_attribute(node, "beta", 1.0F));
    request.bias = bias_per_channel(context, node, *bias, request.bias.size());
    std::for_each(request.bias.begin(), request.bias.end(), [beta](double& entry) { entry *= beta; });
  }
  lower_matrix(context, node, request);
}

/// Inputs: a, its scale and zero point, b, its scale and zero point, bias, and the result's scale and zero point, which
/// are absent when the result is float.
void import_qgemm(ImportContext& context, const onnx::NodeProto& node) {
  refuse_transposed_input(context, node);
  const QuantisedSource source = context.codes_input(node, 0, 1);
  const bool transposed = integer_attribute(node, "transB", 0) != 0;
  const auto codes = context.constant_input(node, 3, "weights");
  const AffineMap map = weight_map(context, node, 4, transposed);
  MatrixRequest request =
      matrix_product(context, node, context.input(node, 0), with_affine_map(context, node, *codes, map), transposed);
  request.source = source;
  request.gain = static_cast<double>(float_attribute(node, "alpha", 1.0F));
  if (const auto bias = context.optional_constant_input(node, 6, "bias")) {
    request.bias = bias_per_channel(context, node, *bias, request.bias.size());
    for (size_t n = 0; n < request.bias.size(); ++n) {  // in units of the accumulator
      request.bias[n] *=
          request.gain * source.quantisation.scale * static_cast<double>(map.scale[map.scale.size() == 1 ? 0 : n]);
    }
  }
  if (context.has_input(node, 7)) {
    request.codes = context.code_type(node, 7);
  }
  lower_matrix(context, node, request);
}

/// Offsets of the matrices of one operand for each matrix of a result with leading extents `batch`.
std::vector<size_t> matrix_offsets(const Shape& batch, const Shape& operand) {
  const auto size = static_cast<size_t>(operand[operand.size() - 1] * operand[operand.size() - 2]);
  std::vector<size_t> offsets;
  for (int64_t index = 0; index < element_count(batch); ++index) {
    int64_t rest = index;
    int64_t stride = 1;
    int64_t position = 0;
    for (size_t back = 0; back < batch.size(); ++back) {
      const int64_t along = rest % batch[batch.size() - 1 - back];
      rest /= batch[batch.size() - 1 - back];
      if (back + 2 < operand.size()) {
        const int64_t extent = operand[operand.size() - 3 - back];
        position += (extent == 1 ? 0 : along) * stride;
        stride *= extent;
      }
    }
    offsets.push_back(static_cast<size_t>(position) * size);
  }
  return offsets;
}

/// Both operands are computed at run time (attention): in float on the host.
void import_dynamic_product(ImportContext& context, const onnx::NodeProto& node, const Value& a, const Value& b,
                            const Fusion& fusion) {
  const TensorId left = context.as_float(node, a);
  const TensorId right = context.as_float(node, b);
  const Shape left_shape = context.info(left).shape;
  const Shape right_shape = context.info(right).shape;
  const size_t rank = left_shape.size();
  if (rank < 2 || right_shape.size() != rank || left_shape[rank - 1] != right_shape[rank - 2]) {
    context.fail(node, "multiplies tensors whose shapes do not fit", "(..., m, k) by (..., k, n) is supported");
  }
  Shape batch;
  for (size_t axis = 0; axis + 2 < rank; ++axis) {
    if (left_shape[axis] != right_shape[axis] && left_shape[axis] != 1 && right_shape[axis] != 1) {
      context.fail(node, "multiplies tensors whose shapes do not fit", "leading extents are equal or 1");
    }
    batch.push_back(std::max(left_shape[axis], right_shape[axis]));
  }
  Shape shape = batch;
  shape.push_back(left_shape[rank - 2]);
  shape.push_back(right_shape[rank - 1]);
  checked_element_count(shape, context.graph().file() + ": tensor '" + node.output(0) + "'");
  auto step = std::make_unique<FloatMatrixProduct>(
      static_cast<size_t>(left_shape[rank - 2]), static_cast<size_t>(left_shape[rank - 1]),
      static_cast<size_t>(right_shape[rank - 1]), matrix_offsets(batch, left_shape),
      matrix_offsets(batch, right_shape));
  finish_in_float(context, node, fusion, std::move(step), {left, right}, shape);
}

void import_matmul(ImportContext& context, const onnx::NodeProto& node) {
  const Value& input = context.input(node, 0);
  const Value& other = context.input(node, 1);
  if (!input.is_constant() && !other.is_constant()) {
    import_dynamic_product(context, node, input, other, fuse(context, node));
    return;
  }
  MatrixRequest request = matrix_product(context, node, input, context.constant_input(node, 1, "weights"), false);
  request.source = context.quantised_to_any_width(input);
  lower_matrix(context, node, request);
}

void import_qlinear_matmul(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  const CodeType result = context.code_type(node, 6);
  if (!context.input(node, 3).is_constant()) {
    const QuantisedSource other = context.codes_input(node, 3, 4);
    Fusion fusion;
    fusion.codes = result;
    fusion.names = {node.output(0)};
    import_dynamic_product(context, node, {nullptr, source.tensor, source.quantisation},
                           {nullptr, other.tensor, other.quantisation}, fusion);
    return;
  }
  const auto codes = context.constant_input(node, 3, "weights");
  const AffineMap map = weight_map(context, node, 4, false);
  MatrixRequest request =
      matrix_product(context, node, context.input(node, 0), with_affine_map(context, node, *codes, map), false);
  request.source = source;
  request.codes = result;
  lower_matrix(context, node, request);
}

void import_matmul_integer(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = integer_source(context, node, 0, 2);
  const auto codes = context.constant_input(node, 1, "weights");
  AffineMap map = integer_map(context, node, 3);
  map.axis = 1;
  MatrixRequest request =
      matrix_product(context, node, context.input(node, 0), with_affine_map(context, node, *codes, map), false);
  request.source = source;
  request.integer_result = true;
  lower_matrix(context, node, request);
}

const OperatorImporter kGemm({"Gemm"}, import_gemm);
const OperatorImporter kQGemm({"QGemm"}, import_qgemm);
const OperatorImporter kMatMul({"MatMul"}, import_matmul);
const OperatorImporter kQLinearMatMul({"QLinearMatMul"}, import_qlinear_matmul);
const OperatorImporter kMatMulInteger({"MatMulInteger"}, import_matmul_integer);

}  // namespace
}  // namespace faultline::model
