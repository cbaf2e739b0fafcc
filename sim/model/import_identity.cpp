#include <algorithm>

#include "sim/model/fusion.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

void import_identity(ImportContext& context, const onnx::NodeProto& node) {
  context.bind(node.output(0), Value(context.input(node, 0)));
}

bool fuse_identity(const ImportContext& /*context*/, const onnx::NodeProto& /*node*/, int index,
                   const ChannelPlace* /*channels*/, Fusion& /*fusion*/) {
  return index == 0;
}

void cast_constant(ImportContext& context, const onnx::NodeProto& node, const Constant& constant, bool to_float) {
  Constant result;
  result.extents = constant.extents;
  if (to_float) {
    result.data = constant.floats();
  } else {
    result.data = constant.integers();
  }
  context.bind_constant(node, std::move(result));
}

/// Integers become floats: codes as what they stand for themselves, accumulators by the host.
void cast_to_float(ImportContext& context, const onnx::NodeProto& node, const Value& value) {
  const TensorInfo& info = context.info(value.tensor);
  if (value.dequantised || info.type == ElementType::kFloat32) {
    context.bind(node.output(0), Value(value));
    return;
  }
  if (info.type == ElementType::kInt8) {
    context.bind(node.output(0), {nullptr, value.tensor, Quantisation{1.0, info.declared_unsigned ? -128 : 0}});
    return;
  }
  const Shape shape = info.shape;
  const TensorId real = context.add_tensor(node.output(0), shape, ElementType::kFloat32);
  const std::vector<double> one = {1.0};
  const std::vector<double> none = {0.0};
  context.add(node, std::make_unique<DequantiseAccumulator>(one, none, size_t{1}), {value.tensor}, real);
  context.bind_tensor(node.output(0), real);
}

void import_cast(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const int64_t type = integer_attribute(node, "to", 0);
  const bool to_float = type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::DOUBLE;
  const bool to_integer = type == onnx::TensorProto::INT32 || type == onnx::TensorProto::INT64;
  if (value.is_constant() && (to_float || to_integer)) {
    cast_constant(context, node, *value.constant, to_float);
  } else if (!value.is_constant() && to_float) {
    cast_to_float(context, node, value);
  } else {
    context.fail(node, "casts to element type " + std::to_string(type), "casts to float are supported");
  }
}

void import_constant(ImportContext& context, const onnx::NodeProto& node) {
  const std::string where = context.graph().file() + ": " + describe(node);
  Constant constant;
  if (const auto* tensor = find_attribute(node, "value")) {
    constant = read_constant(tensor->t(), where);
  } else if (const auto* real = find_attribute(node, "value_float")) {
    constant.data = std::vector<float>{real->f()};
  } else if (const auto* integer = find_attribute(node, "value_int")) {
    constant.data = std::vector<int64_t>{integer->i()};
  } else if (const auto* reals = find_attribute(node, "value_floats")) {
    constant.extents = {reals->floats_size()};
    constant.data = std::vector<float>(reals->floats().begin(), reals->floats().end());
  } else if (const auto* integers = find_attribute(node, "value_ints")) {
    constant.extents = {integers->ints_size()};
    constant.data = std::vector<int64_t>(integers->ints().begin(), integers->ints().end());
  } else {
    context.fail(node, "holds a constant of a kind that is not supported", "numbers and tensors are");
  }
  context.bind_constant(node, std::move(constant));
}

void import_constant_of_shape(ImportContext& context, const onnx::NodeProto& node) {
  const std::string where = context.graph().file() + ": " + describe(node);
  Constant constant;
  constant.extents = context.constant_input(node, 0, "shape")->integers();
  const auto count = static_cast<size_t>(checked_element_count(constant.extents, where));
  const auto* value = find_attribute(node, "value");
  const Constant entry = value != nullptr ? read_constant(value->t(), where) : Constant{{1}, std::vector<float>{0}, {}};
  if (entry.size() != 1) {
    context.fail(node, "repeats something other than one number", "the file is damaged, export it again");
  }
  if (entry.is_float()) {
    constant.data = std::vector<float>(count, static_cast<float>(entry.real(0)));
  } else {
    constant.data = std::vector<int64_t>(count, entry.integers()[0]);
  }
  context.bind_constant(node, std::move(constant));
}

void import_shape(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  std::vector<int64_t> extents;
  if (value.is_constant()) {
    extents = value.constant->extents;
  } else {
    extents = context.shape(value);
    extents.insert(extents.begin(), context.graph().batch());
  }
  const auto rank = static_cast<int64_t>(extents.size());
  const auto bounded = [rank](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  const int64_t first = bounded(integer_attribute(node, "start", int64_t{0}));
  const int64_t last = std::max(first, bounded(integer_attribute(node, "end", rank)));
  extents = std::vector<int64_t>(extents.begin() + first, extents.begin() + last);
  Constant constant;
  constant.extents = {last - first};
  constant.data = std::move(extents);
  context.bind_constant(node, std::move(constant));
}

const OperatorImporter kIdentity({"Identity", "Dropout"}, import_identity);
const OperatorImporter kCast({"Cast"}, import_cast);
const OperatorImporter kConstant({"Constant"}, import_constant);
const OperatorImporter kConstantOfShape({"ConstantOfShape"}, import_constant_of_shape);
const OperatorImporter kShape({"Shape"}, import_shape);
const FusedOperator kFusedIdentity({"Identity", "Dropout"}, fuse_identity);

}  // namespace
}  // namespace faultline::model
