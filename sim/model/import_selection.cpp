#include <algorithm>
#include <numeric>

#include "sim/model/movement_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

const char* const kDamaged = "the file is damaged, export it again";

/// Everything of every axis.
std::vector<std::vector<int64_t>> pick_all(const Extents& extents) {
  std::vector<std::vector<int64_t>> pick;
  for (const int64_t extent : extents) {
    pick.emplace_back(static_cast<size_t>(extent));
    std::iota(pick.back().begin(), pick.back().end(), 0);
  }
  return pick;
}

void import_gather(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const auto indices = context.constant_input(node, 1, "indices");
  const Extents extents = moved_extents(context, value);
  const auto axis = static_cast<size_t>(moved_axis(context, node, value, integer_attribute(node, "axis", int64_t{0})));
  auto pick = pick_all(extents);
  pick[axis] = indices->integers();
  for (int64_t& index : pick[axis]) {
    index = index < 0 ? index + extents[axis] : index;
    if (index < 0 || index >= extents[axis]) {
      context.fail(node, "takes an element outside an extent of " + std::to_string(extents[axis]), kDamaged);
    }
  }
  Movement movement = select(context, node, extents, pick, 0);
  Extents result(movement.extents.begin(), movement.extents.begin() + static_cast<std::ptrdiff_t>(axis));
  result.insert(result.end(), indices->extents.begin(), indices->extents.end());
  result.insert(result.end(), movement.extents.begin() + static_cast<std::ptrdiff_t>(axis) + 1, movement.extents.end());
  movement.extents = result;
  lower_movement(context, node, 0, value, movement);
}

/// A parameter of Slice: an input since operator set 10, an attribute before.
std::vector<int64_t> slice_parameter(const ImportContext& context, const onnx::NodeProto& node, int index,
                                     const std::string& name, const std::vector<int64_t>& otherwise) {
  const auto constant = context.optional_constant_input(node, index, name);
  return constant != nullptr ? constant->integers() : integers_attribute(node, name, otherwise);
}

void import_slice(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents extents = moved_extents(context, value);
  const auto starts = slice_parameter(context, node, 1, "starts", {});
  const auto ends = slice_parameter(context, node, 2, "ends", {});
  std::vector<int64_t> all_axes(starts.size());
  std::iota(all_axes.begin(), all_axes.end(), 0);
  const auto axes = slice_parameter(context, node, 3, "axes", all_axes);
  const auto steps = slice_parameter(context, node, 4, "steps", std::vector<int64_t>(starts.size(), 1));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    context.fail(node, "has starts, ends, axes and steps of different lengths", kDamaged);
  }
  auto pick = pick_all(extents);
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<size_t>(moved_axis(context, node, value, axes[i]));
    const int64_t extent = extents[axis];
    const int64_t step = steps[i];
    if (step == 0 || step < -kMaximumElements || step > kMaximumElements) {
      context.fail(node, "has step " + std::to_string(step), kDamaged);
    }
    const auto from_front = [extent](int64_t at) { return at < 0 ? at + extent : at; };
    const int64_t low = step > 0 ? 0 : -1;
    const int64_t high = step > 0 ? extent : extent - 1;
    const int64_t start = std::clamp(from_front(starts[i]), int64_t{0}, high);
    const int64_t end = std::clamp(from_front(ends[i]), low, extent);
    pick[axis].clear();
    for (int64_t at = start; step > 0 ? at < end : at > end; at += step) {
      pick[axis].push_back(at);
    }
  }
  lower_movement(context, node, 0, value, select(context, node, extents, pick, 0));
}

void import_split(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const Extents extents = moved_extents(context, value);
  const auto axis = static_cast<size_t>(moved_axis(context, node, value, integer_attribute(node, "axis", int64_t{0})));
  const int64_t parts = node.output_size();
  const int64_t even = (extents[axis] + parts - 1) / parts;
  std::vector<int64_t> equal(static_cast<size_t>(parts), even);
  equal.back() = extents[axis] - even * (parts - 1);
  const auto sizes = slice_parameter(context, node, 1, "split", equal);
  const bool positive =
      std::all_of(sizes.begin(), sizes.end(), [&](int64_t size) { return size > 0 && size <= extents[axis]; });
  if (!positive || static_cast<int64_t>(sizes.size()) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), int64_t{0}) != extents[axis]) {
    context.fail(node, "splits an extent of " + std::to_string(extents[axis]) + " into parts that do not add up",
                 kDamaged);
  }
  int64_t first = 0;
  for (int index = 0; index < node.output_size(); ++index) {
    auto pick = pick_all(extents);
    pick[axis].resize(static_cast<size_t>(sizes[static_cast<size_t>(index)]));
    std::iota(pick[axis].begin(), pick[axis].end(), first);
    first += sizes[static_cast<size_t>(index)];
    lower_movement(context, node, index, value, select(context, node, extents, pick, 0));
  }
}

void import_pad(ImportContext& context, const onnx::NodeProto& node) {
  const Value value = context.input(node, 0);
  const std::string mode = text_attribute(node, "mode", "constant");
  if (mode != "constant") {
    context.fail(node, "pads in mode '" + mode + "'", "mode constant is supported");
  }
  const Extents extents = moved_extents(context, value);
  const size_t rank = extents.size() + (value.is_constant() ? 0 : 1);
  const auto pads = slice_parameter(context, node, 1, "pads", integers_attribute(node, "paddings", {}));
  double fill = static_cast<double>(float_attribute(node, "value", 0.0F));
  if (const auto constant = context.optional_constant_input(node, 2, "fill value")) {
    fill = constant->size() == 1 ? constant->real(0) : 0.0;
  }
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (const auto constant = context.optional_constant_input(node, 3, "axes")) {
    axes = constant->integers();
  }
  if (pads.size() != 2 * axes.size()) {
    context.fail(node, "has " + std::to_string(pads.size()) + " pads for " + std::to_string(axes.size()) + " axes",
                 kDamaged);
  }
  auto pick = pick_all(extents);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t before = pads[i];
    const int64_t after = pads[i + axes.size()];
    if (before == 0 && after == 0) {
      continue;
    }
    const auto axis = static_cast<size_t>(moved_axis(context, node, value, axes[i]));
    constexpr int64_t kMaximumPad = 1 << 24;
    if (before < 0 || after < 0 || before > kMaximumPad || after > kMaximumPad) {
      context.fail(node, "has pads that are negative or absurd", "pads are small positive numbers");
    }
    pick[axis].insert(pick[axis].begin(), static_cast<size_t>(before), -1);
    pick[axis].insert(pick[axis].end(), static_cast<size_t>(after), -1);
  }
  lower_movement(context, node, 0, value, select(context, node, extents, pick, fill));
}

const OperatorImporter kGather({"Gather"}, import_gather);
const OperatorImporter kSlice({"Slice"}, import_slice);
const OperatorImporter kSplit({"Split"}, import_split);
const OperatorImporter kPad({"Pad"}, import_pad);

}  // namespace
}  // namespace faultline::model
