#include <algorithm>
#include <numeric>

#include "sim/model/movement_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

/// Axes as an attribute (older operator sets) or as input 1 (newer ones); nothing when neither is there.
std::optional<std::vector<int64_t>> axes_of(const ImportContext& context, const onnx::NodeProto& node) {
  if (const auto constant = context.optional_constant_input(node, 1, "axes")) {
    return constant->integers();
  }
  if (find_attribute(node, "axes") != nullptr) {
    return integers_attribute(node, "axes", {});
  }
  return std::nullopt;
}

void import_flatten(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents extents = moved_extents(context, value);
  const size_t rank = extents.size() + (value.is_constant() ? 0 : 1);
  int64_t axis = integer_attribute(node, "axis", 1);
  axis = axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
  if (axis < 0 || axis > static_cast<int64_t>(rank)) {
    context.fail(node, "has axis " + std::to_string(axis) + " for " + std::to_string(rank) + " dimensions",
                 "the file is damaged, export it again");
  }
  const int64_t outer_extents = value.is_constant() ? axis : axis - 1;
  const int64_t outer = std::accumulate(extents.begin(), extents.begin() + std::max<int64_t>(outer_extents, 0),
                                        int64_t{1}, std::multiplies<>());
  if (!value.is_constant() && (axis == 0 || outer != 1)) {
    context.fail(node, "flattens the batch into other dimensions", "flatten from axis 1");
  }
  const int64_t count = element_count(extents);
  if (value.is_constant()) {
    lower_reshape(context, node, value, {outer, outer == 0 ? 0 : count / outer});
  } else {
    lower_reshape(context, node, value, {count});
  }
}

/// The target of a Reshape with 0 (as in the input) and -1 (what is left) resolved.
Extents resolve_target(const ImportContext& context, const onnx::NodeProto& node, const Extents& input,
                       Extents target) {
  const bool keep_zeros = integer_attribute(node, "allowzero", 0) != 0;
  int64_t known = 1;
  int free_axis = -1;
  for (size_t axis = 0; axis < target.size(); ++axis) {
    if (target[axis] == 0 && !keep_zeros && axis < input.size()) {
      target[axis] = input[axis];
    }
    if (target[axis] == -1 && free_axis < 0) {
      free_axis = static_cast<int>(axis);
      continue;
    }
    if (target[axis] < 0 || target[axis] > kMaximumElements || known > kMaximumElements) {
      context.fail(node, "has an unusable target shape", "extents are positive, one may be -1");
    }
    known *= target[axis];
  }
  const int64_t count = element_count(input);
  if (free_axis >= 0 && known > 0) {
    target[static_cast<size_t>(free_axis)] = count / known;
    known *= count / known;
  }
  if (known != count) {
    context.fail(node, "reshapes " + std::to_string(count) + " elements into another number of them",
                 "the file is damaged, export it again");
  }
  return target;
}

void import_reshape(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents target = find_attribute(node, "shape") != nullptr
                             ? integers_attribute(node, "shape", {})
                             : context.constant_input(node, 1, "target shape")->integers();
  Extents input = moved_extents(context, value);
  if (value.is_constant()) {
    lower_reshape(context, node, value, resolve_target(context, node, input, target));
    return;
  }
  const int64_t batch = context.graph().batch();
  input.insert(input.begin(), batch);
  Extents full = resolve_target(context, node, input, target);
  if (full.empty() || full[0] != batch) {
    context.fail(node, "moves values between the samples of a batch",
                 "the first extent of the target is the batch's: " + std::to_string(batch) + ", 0 or -1");
  }
  full.erase(full.begin());
  lower_reshape(context, node, value, full);
}

void import_squeeze(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents extents = moved_extents(context, value);
  std::vector<bool> drop(extents.size(), false);
  if (const auto axes = axes_of(context, node)) {
    for (const int64_t axis : *axes) {
      const auto index = static_cast<size_t>(moved_axis(context, node, value, axis));
      if (extents[index] != 1) {
        context.fail(node, "drops an axis of extent " + std::to_string(extents[index]), "only extents of 1 can be");
      }
      drop[index] = true;
    }
  } else {
    std::transform(extents.begin(), extents.end(), drop.begin(), [](int64_t extent) { return extent == 1; });
  }
  Extents kept;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    if (!drop[axis]) {
      kept.push_back(extents[axis]);
    }
  }
  lower_reshape(context, node, value, kept);
}

void import_unsqueeze(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const auto axes = axes_of(context, node);
  if (!axes || axes->size() > 8) {
    context.fail(node, "does not say where its new axes are", "the file is damaged, export it again");
  }
  const Extents extents = moved_extents(context, value);
  const size_t batch_axes = value.is_constant() ? 0 : 1;
  const size_t rank = extents.size() + axes->size();
  std::vector<bool> is_new(rank, false);
  for (const int64_t axis : *axes) {
    const int index = normalised_axis(context, node, axis, rank + batch_axes) - static_cast<int>(batch_axes);
    if (index < 0 || is_new[static_cast<size_t>(index)]) {
      context.fail(node, "adds an axis before the batch, or one axis twice", "the batch stays the first dimension");
    }
    is_new[static_cast<size_t>(index)] = true;
  }
  Extents result;
  auto next = extents.begin();
  for (size_t axis = 0; axis < rank; ++axis) {
    result.push_back(is_new[axis] ? 1 : *next++);
  }
  lower_reshape(context, node, value, result);
}

/// Weights stay codes when they are transposed: their channels move to another axis.
void transpose_constant(ImportContext& context, const onnx::NodeProto& node, const Constant& constant,
                        const Movement& movement, const std::vector<int64_t>& permutation) {
  Constant moved = constant;
  moved.dequantised_by.reset();
  lower_movement(context, node, 0, {std::make_shared<Constant>(std::move(moved)), -1, {}}, movement);
  moved = *context.find(node.output(0))->constant;
  moved.dequantised_by = constant.dequantised_by;
  if (moved.dequantised_by && moved.dequantised_by->scale.size() > 1) {
    const auto at = std::find(permutation.begin(), permutation.end(), moved.dequantised_by->axis);
    moved.dequantised_by->axis = static_cast<int>(at - permutation.begin());
  }
  context.bind_constant(node, std::move(moved));
}

void import_transpose(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents extents = moved_extents(context, value);
  const size_t batch_axes = value.is_constant() ? 0 : 1;
  const size_t rank = extents.size() + batch_axes;
  std::vector<int64_t> reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  std::vector<int64_t> permutation = integers_attribute(node, "perm", reversed);
  std::vector<int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  std::sort(reversed.begin(), reversed.end());
  if (sorted != reversed) {
    context.fail(node, "has a perm that is no permutation of its axes", "the file is damaged, export it again");
  }
  if (batch_axes == 1) {
    if (permutation[0] != 0) {
      context.fail(node, "moves the batch dimension", "the batch stays the first dimension");
    }
    permutation.erase(permutation.begin());
    std::for_each(permutation.begin(), permutation.end(), [](int64_t& axis) { --axis; });
  }
  Movement movement;
  const std::vector<int64_t> strides = strides_of(extents);
  for (const int64_t axis : permutation) {
    movement.extents.push_back(extents[static_cast<size_t>(axis)]);
  }
  movement.source.resize(static_cast<size_t>(element_count(extents)));
  for (size_t i = 0; i < movement.source.size(); ++i) {
    auto rest = static_cast<int64_t>(i);
    int64_t position = 0;
    for (size_t axis = permutation.size(); axis-- > 0;) {
      position += rest % movement.extents[axis] * strides[static_cast<size_t>(permutation[axis])];
      rest /= movement.extents[axis];
    }
    movement.source[i] = static_cast<int32_t>(position);
  }
  if (value.is_constant()) {
    transpose_constant(context, node, *value.constant, movement, permutation);
  } else {
    lower_movement(context, node, 0, value, movement);
  }
}

const OperatorImporter kFlatten({"Flatten"}, import_flatten);
const OperatorImporter kReshape({"Reshape"}, import_reshape);
const OperatorImporter kSqueeze({"Squeeze"}, import_squeeze);
const OperatorImporter kUnsqueeze({"Unsqueeze"}, import_unsqueeze);
const OperatorImporter kTranspose({"Transpose"}, import_transpose);

}  // namespace
}  // namespace faultline::model
