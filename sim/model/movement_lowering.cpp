#include "sim/model/movement_lowering.h"

#include "sim/model/host_movement.h"

namespace faultline::model {
namespace {

/// The affine map of a moved constant still holds when it has one scale for all.
Constant moved_constant(const Constant& constant, const Movement& movement) {
  Constant result;
  result.extents = movement.extents;
  const bool one_scale = constant.dequantised_by && constant.dequantised_by->scale.size() == 1 && movement.fill == 0;
  const Rearrange rearrange(movement.source, one_scale ? constant.dequantised_by->zero_point[0] : movement.fill);
  if (constant.dequantised_by && !one_scale) {
    const Values values = constant.floats();
    result.data = std::get<std::vector<float>>(rearrange.evaluate({&values}));
    return result;
  }
  result.dequantised_by = constant.dequantised_by;
  result.data = std::visit(
      [&](const auto& elements) -> Constant::Data {
        std::decay_t<decltype(elements)> moved;
        moved.reserve(movement.source.size());
        for (const int32_t from : movement.source) {
          moved.push_back(from < 0 ? static_cast<typename std::decay_t<decltype(elements)>::value_type>(movement.fill)
                                   : elements[static_cast<size_t>(from)]);
        }
        return moved;
      },
      constant.data);
  return result;
}

/// A tensor like that of `value` with another shape; codes keep their quantisation.
TensorId add_like(ImportContext& context, const std::string& name, const Value& value, const Shape& shape) {
  const TensorInfo like = context.info(value.tensor);
  const TensorId tensor = context.add_tensor(name, shape, like.type);
  context.info(tensor).quantisation = value.dequantised.value_or(like.quantisation);
  context.info(tensor).declared_unsigned = like.declared_unsigned;
  return tensor;
}

}  // namespace

void lower_movement(ImportContext& context, const onnx::NodeProto& node, int index, const Value& value,
                    const Movement& movement) {
  if (value.is_constant()) {
    context.bind(node.output(index), {std::make_shared<Constant>(moved_constant(*value.constant, movement)), -1, {}});
    return;
  }
  Value source = value;
  double fill = movement.fill;
  if (source.dequantised) {
    const Quantisation& quantisation = *source.dequantised;
    const int8_t code = quantise(static_cast<float>(fill), quantisation);
    if (dequantise(code, quantisation) == static_cast<float>(fill)) {
      fill = code;
    } else {  // what is filled in has no code
      source = {nullptr, context.as_float(node, value), {}};
    }
  } else if (context.info(source.tensor).declared_unsigned) {
    fill -= 128;
  }
  const TensorId moved = add_like(context, node.output(index), source, movement.extents);
  context.add(node, std::make_unique<Rearrange>(movement.source, fill), {source.tensor}, moved);
  context.bind(node.output(index), {nullptr, moved, source.dequantised});
}

void lower_reshape(ImportContext& context, const onnx::NodeProto& node, const Value& value, const Extents& extents) {
  if (value.is_constant()) {
    Constant result = *value.constant;
    result.extents = extents;
    if (result.dequantised_by && result.dequantised_by->scale.size() > 1) {
      result.data = value.constant->floats();
      result.dequantised_by.reset();
    }
    context.bind_constant(node, std::move(result));
    return;
  }
  const TensorId tensor = add_like(context, node.output(0), value, extents);
  context.add(node, std::make_unique<Copy>(), {value.tensor}, tensor);
  context.bind(node.output(0), {nullptr, tensor, value.dequantised});
}

Extents moved_extents(const ImportContext& context, const Value& value) {
  return value.is_constant() ? value.constant->extents : context.shape(value);
}

int moved_axis(const ImportContext& context, const onnx::NodeProto& node, const Value& value, int64_t axis) {
  return value.is_constant() ? normalised_axis(context, node, axis, value.constant->extents.size())
                             : sample_axis(context, node, axis, context.shape(value));
}

std::vector<int64_t> strides_of(const Extents& extents) {
  std::vector<int64_t> strides(extents.size(), 1);
  for (size_t axis = extents.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * extents[axis];
  }
  return strides;
}

Movement select(const ImportContext& context, const onnx::NodeProto& node, const Extents& source,
                const std::vector<std::vector<int64_t>>& pick, double fill) {
  Movement movement;
  movement.fill = fill;
  for (const auto& along : pick) {
    movement.extents.push_back(static_cast<int64_t>(along.size()));
  }
  const auto count = checked_element_count(movement.extents, context.graph().file() + ": " + describe(node));
  const std::vector<int64_t> strides = strides_of(source);
  movement.source.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < movement.source.size(); ++i) {
    auto rest = static_cast<int64_t>(i);
    int64_t position = 0;
    bool inside = true;
    for (size_t axis = source.size(); axis-- > 0;) {
      const int64_t from = pick[axis][static_cast<size_t>(rest % movement.extents[axis])];
      rest /= movement.extents[axis];
      inside = inside && from >= 0;
      position += from * strides[axis];
    }
    movement.source[i] = inside ? static_cast<int32_t>(position) : -1;
  }
  return movement;
}

}  // namespace faultline::model
