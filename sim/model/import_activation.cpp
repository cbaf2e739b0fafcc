#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "sim/model/elementwise_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

using UnaryFunction = std::function<float(float)>;

struct Range {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

/// Bounds of a Clip: attributes in old files, inputs in new ones. Nothing when they are computed at run time.
std::optional<Range> clip_range(const ImportContext& context, const onnx::NodeProto& node) {
  Range range;
  range.low = float_attribute(node, "min", range.low);
  range.high = float_attribute(node, "max", range.high);
  for (int index = 1; index < 3; ++index) {
    if (!context.has_input(node, index)) {
      continue;
    }
    const Value* bound = context.find(node.input(index));
    if (bound == nullptr || !bound->is_constant() || bound->constant->size() != 1) {
      return std::nullopt;
    }
    (index == 1 ? range.low : range.high) = static_cast<float>(bound->constant->real(0));
  }
  return range;
}

float sigmoid(float x) {
  return static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(x))));
}

UnaryFunction make_clip(const ImportContext& context, const onnx::NodeProto& node) {
  const std::optional<Range> range = clip_range(context, node);
  if (!range) {
    context.fail(node, "computes its bounds at run time", "they must be constants");
  }
  return [range](float x) { return std::min(std::max(x, range->low), range->high); };
}

UnaryFunction make_leaky_relu(const ImportContext& /*context*/, const onnx::NodeProto& node) {
  const float alpha = float_attribute(node, "alpha", 0.01F);
  return [alpha](float x) { return x >= 0 ? x : alpha * x; };
}

UnaryFunction make_elu(const ImportContext& /*context*/, const onnx::NodeProto& node) {
  const float alpha = float_attribute(node, "alpha", 1.0F);
  return [alpha](float x) { return x >= 0 ? x : alpha * std::expm1(x); };
}

UnaryFunction make_hard_sigmoid(const ImportContext& /*context*/, const onnx::NodeProto& node) {
  const float alpha = float_attribute(node, "alpha", 0.2F);
  const float beta = float_attribute(node, "beta", 0.5F);
  return [alpha, beta](float x) { return std::min(std::max(alpha * x + beta, 0.0F), 1.0F); };
}

using MakeFunction = std::function<UnaryFunction(const ImportContext&, const onnx::NodeProto&)>;

/// A function that has no attributes.
MakeFunction plain(float (*function)(float)) {
  return [function](const ImportContext& /*context*/, const onnx::NodeProto& /*node*/) { return function; };
}

const std::map<std::string, MakeFunction>& unary_functions() {
  static const std::map<std::string, MakeFunction> kFunctions = {
      {"Relu", plain([](float x) { return std::max(x, 0.0F); })},
      {"Clip", make_clip},
      {"LeakyRelu", make_leaky_relu},
      {"Elu", make_elu},
      {"HardSigmoid", make_hard_sigmoid},
      {"HardSwish", plain([](float x) { return x * std::min(std::max(x / 6.0F + 0.5F, 0.0F), 1.0F); })},
      {"Tanh", plain([](float x) { return static_cast<float>(std::tanh(static_cast<double>(x))); })},
      {"Sigmoid", plain(sigmoid)},
      {"Softplus", plain([](float x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0F); })},
      {"Abs", plain([](float x) { return std::abs(x); })},
      {"Neg", plain([](float x) { return -x; })},
      {"Exp", plain([](float x) { return std::exp(x); })},
      {"Sqrt", plain([](float x) { return std::sqrt(x); })},
      {"Reciprocal", plain([](float x) { return 1.0F / x; })},
      {"Erf", plain([](float x) { return std::erf(x); })},
  };
  return kFunctions;
}

void import_unary(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  const UnaryFunction function = unary_functions().at(node.op_type())(context, node);
  const Fusion fusion = input.is_constant() ? Fusion() : fuse(context, node);
  lower_unary(context, node, input, function, fusion);
}

/// QLinearSigmoid and QLinearLeakyRelu: input, its scale and zero point, the result's scale and zero point.
void import_qlinear_unary(ImportContext& context, const onnx::NodeProto& node) {
  const QuantisedSource source = context.codes_input(node, 0, 1);
  Fusion fusion;
  fusion.codes = context.code_type(node, 3);
  fusion.names = {node.output(0)};
  const std::string plain_name = node.op_type().substr(std::string("QLinear").size());
  lower_unary(context, node, {nullptr, source.tensor, source.quantisation},
              unary_functions().at(plain_name)(context, node), fusion);
}

bool fuse_range(const Range& range, Fusion& fusion) {
  fusion.low = std::min(std::max(fusion.low, range.low), range.high);
  fusion.high = std::min(std::max(fusion.high, range.low), range.high);
  fusion.clamped = true;
  return true;
}

bool fuse_relu(const ImportContext& /*context*/, const onnx::NodeProto& /*node*/, int /*index*/,
               const ChannelPlace* /*channels*/, Fusion& fusion) {
  Range range;
  range.low = 0;
  return fuse_range(range, fusion);
}

bool fuse_clip(const ImportContext& context, const onnx::NodeProto& node, int index, const ChannelPlace* /*channels*/,
               Fusion& fusion) {
  const std::optional<Range> range = clip_range(context, node);
  return index == 0 && range && range->low <= range->high && fuse_range(*range, fusion);
}

const OperatorImporter kUnary({"Relu", "Clip", "LeakyRelu", "Elu", "HardSigmoid", "HardSwish", "Tanh", "Sigmoid",
                               "Softplus", "Abs", "Neg", "Exp", "Sqrt", "Reciprocal", "Erf"},
                              import_unary);
const OperatorImporter kQLinearUnary({"QLinearSigmoid", "QLinearLeakyRelu"}, import_qlinear_unary);
const FusedOperator kFusedRelu({"Relu"}, fuse_relu);
const FusedOperator kFusedClip({"Clip"}, fuse_clip);

}  // namespace
}  // namespace faultline::model
