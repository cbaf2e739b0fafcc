#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "sim/model/average_lowering.h"
#include "sim/model/host_elementwise.h"
#include "sim/model/host_reduction.h"
#include "sim/model/movement_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

struct Reduction {
  Reduce::Function function;
  double first;
  bool mean;
};

const std::map<std::string, Reduction>& reductions() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const std::map<std::string, Reduction> kReductions = {
      {"ReduceMean", {[](double a, double b) { return a + b; }, 0.0, true}},
      {"ReduceSum", {[](double a, double b) { return a + b; }, 0.0, false}},
      {"ReduceMax", {[](double a, double b) { return std::max(a, b); }, -kInfinity, false}},
      {"ReduceMin", {[](double a, double b) { return std::min(a, b); }, kInfinity, false}},
  };
  return kReductions;
}

std::vector<bool> reduced_axes(const ImportContext& context, const onnx::NodeProto& node, const Shape& shape) {
  std::vector<int64_t> axes = integers_attribute(node, "axes", {});
  if (const auto constant = context.optional_constant_input(node, 1, "axes")) {
    axes = constant->integers();
  }
  if (axes.empty()) {
    context.fail(node, "reduces over all axes, the batch too", "name the axes");
  }
  std::vector<bool> reduced(shape.size(), false);
  for (const int64_t axis : axes) {
    reduced[static_cast<size_t>(sample_axis(context, node, axis, shape))] = true;
  }
  return reduced;
}

Shape reduced_shape(const Shape& shape, const std::vector<bool>& reduced, bool keep) {
  Shape result;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (!reduced[axis]) {
      result.push_back(shape[axis]);
    } else if (keep) {
      result.push_back(1);
    }
  }
  return result;
}

void import_reduce(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  if (value.is_constant()) {
    context.fail(node, "reduces a constant", "its input must depend on the network's");
  }
  const Shape shape = context.shape(value);
  const std::vector<bool> reduced = reduced_axes(context, node, shape);
  const Shape result = reduced_shape(shape, reduced, integer_attribute(node, "keepdims", 1) != 0);
  const Reduction& reduction = reductions().at(node.op_type());
  const Fusion fusion = fuse(context, node);
  const bool all_but_channels =
      shape.size() > 1 && !reduced[0] && std::all_of(reduced.begin() + 1, reduced.end(), [](bool set) { return set; });
  if (reduction.mean && all_but_channels && context.quantised(value)) {
    lower_average(context, node, global_window(context, node, value), value, false, SumOrder::kQuarters, fusion,
                  result);
    return;
  }
  const Shape kept = reduced_shape(shape, reduced, true);
  const std::vector<int64_t> strides = strides_of(kept);
  Broadcast broadcast{shape, {strides.begin(), strides.end()}};
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    broadcast.strides[axis] = reduced[axis] ? 0 : broadcast.strides[axis];
  }
  std::vector<int32_t> target = broadcast.positions();
  if (target.empty()) {
    target.resize(static_cast<size_t>(element_count(shape)));
    std::iota(target.begin(), target.end(), 0);
  }
  const auto count = static_cast<size_t>(element_count(kept));
  const double joined = static_cast<double>(target.size()) / static_cast<double>(count);
  auto step = std::make_unique<Reduce>(std::move(target), count, reduction.function, reduction.first,
                                       reduction.mean ? 1.0 / joined : 1.0);
  finish_in_float(context, node, fusion, std::move(step), {context.as_float(node, value)}, result);
}

struct Rows {
  size_t outer, length, inner;
};

/// What Softmax normalises: along `axis` alone since operator set 13, over everything from `axis` on before.
Rows softmax_rows(const ImportContext& context, const onnx::NodeProto& node, const Shape& shape, int64_t operator_set) {
  const bool along_one_axis = operator_set >= 13;
  const auto axis = static_cast<std::ptrdiff_t>(
      sample_axis(context, node, integer_attribute(node, "axis", int64_t{along_one_axis ? -1 : 1}), shape));
  const auto product = [&shape](std::ptrdiff_t first, std::ptrdiff_t last) {
    return static_cast<size_t>(
        std::accumulate(shape.begin() + first, shape.begin() + last, int64_t{1}, std::multiplies<>()));
  };
  const auto rank = static_cast<std::ptrdiff_t>(shape.size());
  if (along_one_axis) {
    return {product(0, axis), product(axis, axis + 1), product(axis + 1, rank)};
  }
  return {product(0, axis), product(axis, rank), 1};
}

void lower_softmax(ImportContext& context, const onnx::NodeProto& node, const Value& value, bool logarithm,
                   int64_t operator_set, const Fusion& fusion) {
  if (value.is_constant()) {
    context.fail(node, "normalises a constant", "its input must depend on the network's");
  }
  const Shape shape = context.shape(value);
  const Rows rows = softmax_rows(context, node, shape, operator_set);
  finish_in_float(context, node, fusion, std::make_unique<Softmax>(rows.outer, rows.length, rows.inner, logarithm),
                  {context.as_float(node, value)}, shape);
}

void import_softmax(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  lower_softmax(context, node, value, node.op_type() == "LogSoftmax", context.graph().operator_set(),
                fuse(context, node));
}

/// Input, its scale and zero point, the result's scale and zero point.
void import_qlinear_softmax(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  Fusion fusion;
  fusion.codes = context.code_type(node, 3);
  fusion.names = {node.output(0)};
  lower_softmax(context, node, {nullptr, source.tensor, source.quantisation}, false,
                integer_attribute(node, "opset", context.graph().operator_set()), fusion);
}

const OperatorImporter kReduce({"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"}, import_reduce);
const OperatorImporter kSoftmax({"Softmax", "LogSoftmax"}, import_softmax);
const OperatorImporter kQLinearSoftmax({"QLinearSoftmax"}, import_qlinear_softmax);

}  // namespace
}  // namespace faultline::model
