#include <algorithm>
#include <cmath>
#include <map>

#include "hw/common/invalid_configuration.h"
#include "sim/model/host_elementwise.h"
#include "sim/model/matrix_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

using BinaryFunction = float (*)(float, float);

const std::map<std::string, BinaryFunction>& binary_functions() {
  static const std::map<std::string, BinaryFunction> kFunctions = {
      {"Add", [](float a, float b) { return a + b; }},
      {"Sub", [](float a, float b) { return a - b; }},
      {"Mul", [](float a, float b) { return a * b; }},
      {"Div", [](float a, float b) { return a / b; }},
      {"Pow", [](float a, float b) { return std::pow(a, b); }},
      {"PRelu", [](float a, float b) { return a >= 0 ? a : a * b; }},
      {"Min", [](float a, float b) { return std::min(a, b); }},
      {"Max", [](float a, float b) { return std::max(a, b); }},
  };
  return kFunctions;
}

/// Shapes of the operands aligned at the last dimension, batch included, and that of the result.
struct Alignment {
  Extents a, b, result;
};

Extents full_extents(const ImportContext& context, const Value& value) {
  if (value.is_constant()) {
    return value.constant->extents;
  }
  Extents extents = {1};
  const Shape& shape = context.shape(value);
  extents.insert(extents.end(), shape.begin(), shape.end());
  return extents;
}

Alignment align(const ImportContext& context, const onnx::NodeProto& node, const Value& a, const Value& b) {
  Alignment alignment{full_extents(context, a), full_extents(context, b), {}};
  const size_t rank = std::max(alignment.a.size(), alignment.b.size());
  const bool batch_stays =
      (a.is_constant() || alignment.a.size() == rank) && (b.is_constant() || alignment.b.size() == rank);
  alignment.a.insert(alignment.a.begin(), rank - alignment.a.size(), 1);
  alignment.b.insert(alignment.b.begin(), rank - alignment.b.size(), 1);
  bool fits = batch_stays;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t extent_a = alignment.a[axis];
    const int64_t extent_b = alignment.b[axis];
    fits = fits && (extent_a == extent_b || extent_a == 1 || extent_b == 1);
    alignment.result.push_back(extent_a == 1 ? extent_b : extent_a);
  }
  const bool constants = a.is_constant() && b.is_constant();
  if (!fits || (!constants && alignment.result[0] != 1)) {
    context.fail(node, "combines tensors whose shapes do not fit", "extents are equal or 1, the batch left alone");
  }
  checked_element_count(alignment.result, context.graph().file() + ": " + describe(node));
  return alignment;
}

std::vector<int32_t> positions(const Extents& operand, const Extents& result) {
  Broadcast broadcast{result, std::vector<size_t>(result.size(), 0)};
  size_t stride = 1;
  for (size_t axis = result.size(); axis-- > 0;) {
    broadcast.strides[axis] = operand[axis] == 1 ? 0 : stride;
    stride *= static_cast<size_t>(operand[axis]);
  }
  return broadcast.positions();
}

FloatBinary float_operation(const std::string& function, const Value& a, const Value& b, const Alignment& alignment) {
  const auto operand = [&alignment](const Value& value, const Extents& extents) {
    return FloatBinary::Operand{value.is_constant() ? value.constant->floats() : std::vector<float>(),
                                positions(extents, alignment.result)};
  };
  return FloatBinary(binary_functions().at(function), operand(a, alignment.a), operand(b, alignment.b),
                     static_cast<size_t>(element_count(alignment.result)));
}

/// Both operands are constants: shapes and the like stay integers.
void fold(ImportContext& context, const onnx::NodeProto& node, const Value& a, const Value& b) {
  const Alignment alignment = align(context, node, a, b);
  Constant result;
  result.extents = alignment.result;
  const Values values = float_operation(node.op_type(), a, b, alignment).evaluate({});
  if (a.constant->is_float() || b.constant->is_float()) {
    result.data = std::get<std::vector<float>>(values);
  } else {
    std::vector<int64_t> integers;
    for (const float value : std::get<std::vector<float>>(values)) {
      integers.push_back(std::isfinite(value) ? static_cast<int64_t>(std::fmin(std::fmax(value, -9e15F), 9e15F)) : 0);
    }
    result.data = std::move(integers);
  }
  context.bind_constant(node, std::move(result));
}

/// Sum, difference and product of codes that give codes are computed in integers; nullptr for other functions.
std::unique_ptr<HostOperator> integer_operation(const ImportContext& context, const onnx::NodeProto& node,
                                                const std::string& function, const QuantisedSource& a,
                                                const QuantisedSource& b, const Alignment& alignment,
                                                const Fusion& fusion) {
  const Quantisation& result = fusion.codes->quantisation;
  const auto count = static_cast<size_t>(element_count(alignment.result));
  const std::vector<int32_t> positions_a = positions(alignment.a, alignment.result);
  const std::vector<int32_t> positions_b = positions(alignment.b, alignment.result);
  if (function == "Add" || function == "Sub") {
    return std::make_unique<QuantisedSum>(
        QuantisedSum::Operand{a.quantisation, 1.0, positions_a},
        QuantisedSum::Operand{b.quantisation, function == "Add" ? 1.0 : -1.0, positions_b}, result, fusion.low_code(),
        fusion.high_code(), count);
  }
  if (function != "Mul") {
    return nullptr;
  }
  try {
    return std::make_unique<QuantisedProduct>(
        QuantisedProduct::Operand{a.quantisation.zero_point, positions_a},
        QuantisedProduct::Operand{b.quantisation.zero_point, positions_b},
        hw::to_fixed_point(a.quantisation.scale * b.quantisation.scale / result.scale), result.zero_point,
        fusion.low_code(), fusion.high_code(), count);
  } catch (const hw::InvalidConfiguration& error) {
    context.fail(node, "has scales that do not fit together: " + std::string(error.what()),
                 "the file is damaged, export it again");
  }
}

void lower_binary(ImportContext& context, const onnx::NodeProto& node, const std::string& function, const Value& a,
                  const Value& b, const Fusion& fusion) {
  const Alignment alignment = align(context, node, a, b);
  const Shape shape(alignment.result.begin() + 1, alignment.result.end());
  const auto source_a = context.quantised(a);
  const auto source_b = context.quantised(b);
  if (source_a && source_b && fusion.codes) {
    auto step = integer_operation(context, node, function, *source_a, *source_b, alignment, fusion);
    if (step != nullptr) {
      const TensorId codes = add_fused_codes(context, fusion, shape);
      context.add(node, std::move(step), {source_a->tensor, source_b->tensor}, codes);
      return;
    }
  }
  std::vector<TensorId> inputs;
  for (const Value* value : {&a, &b}) {
    if (!value->is_constant()) {
      inputs.push_back(context.as_float(node, *value));
    } else if (value->constant->size() == 0) {
      context.fail(node, "combines an empty constant", "the file is damaged, export it again");
    }
  }
  finish_in_float(context, node, fusion, std::make_unique<FloatBinary>(float_operation(function, a, b, alignment)),
                  inputs, shape);
}

void import_binary(ImportContext& context, const onnx::NodeProto& node) {
  const Value a = context.input(node, 0);
  const Value b = context.input(node, 1);
  if (node.input_size() > 2) {
    context.fail(node, "combines more than two tensors", "combine two at a time");
  }
  if (a.is_constant() && b.is_constant()) {
    fold(context, node, a, b);
    return;
  }
  lower_binary(context, node, node.op_type(), a, b, fuse(context, node));
}

/// QLinearAdd and QLinearMul: each operand with its scale and zero point, then the result's.
void import_qlinear_binary(ImportContext& context, const onnx::NodeProto& node) {
  const auto operand = [&](int index) -> Value {
    if (context.input(node, index).is_constant()) {
      return {
          with_affine_map(context, node, *context.input(node, index).constant, context.affine_input(node, index + 1)),
          -1,
          {}};
    }
    const QuantisedSource source = context.codes_input(node, index, index + 1);
    return {nullptr, source.tensor, source.quantisation};
  };
  Fusion fusion;
  fusion.codes = context.code_type(node, 6);
  fusion.names = {node.output(0)};
  lower_binary(context, node, node.op_type().substr(std::string("QLinear").size()), operand(0), operand(3), fusion);
}

bool fuse_arithmetic(const ImportContext& context, const onnx::NodeProto& node, int index, const ChannelPlace* channels,
                     Fusion& fusion) {
  if (channels == nullptr || fusion.clamped || node.input_size() != 2) {
    return false;
  }
  const Value* other = context.find(node.input(1 - index));
  if (other == nullptr || !other->is_constant()) {
    return false;
  }
  std::optional<std::vector<double>> constant = per_channel(*other->constant, *channels);
  if (!constant) {
    return false;
  }
  const std::vector<double> ones(channels->channels(), 1.0);
  const std::vector<double> zeros(channels->channels(), 0.0);
  const std::string& function = node.op_type();
  if (function == "Mul") {
    append_affine(fusion, *channels, *constant, zeros);
  } else if (function == "Div") {
    if (index != 0) {
      return false;
    }
    std::transform(constant->begin(), constant->end(), constant->begin(), [](double value) { return 1.0 / value; });
    append_affine(fusion, *channels, *constant, zeros);
  } else if (function == "Add") {
    append_affine(fusion, *channels, ones, *constant);
  } else {
    const double sign = index == 0 ? -1.0 : 1.0;
    std::transform(constant->begin(), constant->end(), constant->begin(),
                   [sign](double value) { return sign * value; });
    append_affine(fusion, *channels, std::vector<double>(ones.size(), -sign), *constant);
  }
  return true;
}

const OperatorImporter kBinary({"Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Min", "Max"}, import_binary);
const OperatorImporter kQLinearBinary({"QLinearAdd", "QLinearMul"}, import_qlinear_binary);
const FusedOperator kFusedArithmetic({"Add", "Sub", "Mul", "Div"}, fuse_arithmetic);

}  // namespace
}  // namespace faultline::model
