#include <algorithm>

#include "sim/model/fusion.h"
#include "sim/model/host_movement.h"
#include "sim/model/movement_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

const char* const kUnfit = "joins tensors whose shapes do not fit";

/// How the elements of the inputs interleave along `axis`.
struct Joint {
  Extents extents;
  size_t outer = 1;
  std::vector<size_t> inner;
};

Joint join(const ImportContext& context, const onnx::NodeProto& node, const std::vector<Extents>& inputs, size_t axis) {
  Joint joint;
  joint.extents = inputs.front();
  joint.extents[axis] = 0;
  for (const Extents& extents : inputs) {
    Extents others = extents;
    if (extents.size() != joint.extents.size()) {
      context.fail(node, kUnfit, "all extents but that of the axis are equal");
    }
    joint.extents[axis] += extents[axis];
    others[axis] = joint.extents[axis];
    if (others != joint.extents) {
      context.fail(node, kUnfit, "all extents but that of the axis are equal");
    }
    size_t inner = 1;
    for (size_t i = axis; i < extents.size(); ++i) {
      inner *= static_cast<size_t>(extents[i]);
    }
    joint.inner.push_back(inner);
  }
  for (size_t i = 0; i < axis; ++i) {
    joint.outer *= static_cast<size_t>(joint.extents[i]);
  }
  return joint;
}

void join_constants(ImportContext& context, const onnx::NodeProto& node, const std::vector<Value>& values) {
  std::vector<Extents> extents;
  bool is_float = false;
  for (const Value& value : values) {
    extents.push_back(value.constant->extents);
    is_float = is_float || value.constant->is_float();
  }
  const int axis = normalised_axis(context, node, integer_attribute(node, "axis", 1), extents.front().size());
  const Joint joint = join(context, node, extents, static_cast<size_t>(axis));
  std::vector<double> joined;
  for (size_t outer = 0; outer < joint.outer; ++outer) {
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t inner = 0; inner < joint.inner[i]; ++inner) {
        joined.push_back(values[i].constant->real(outer * joint.inner[i] + inner));
      }
    }
  }
  Constant result;
  result.extents = joint.extents;
  if (is_float) {
    result.data = std::vector<float>(joined.begin(), joined.end());
  } else {
    result.data = std::vector<int64_t>(joined.begin(), joined.end());
  }
  context.bind_constant(node, std::move(result));
}

Joint join_samples(const ImportContext& context, const onnx::NodeProto& node, const std::vector<Value>& values) {
  std::vector<Extents> extents;
  for (const Value& value : values) {
    if (value.is_constant()) {
      context.fail(node, "joins constants with values that are computed at run time", "join computed values only");
    }
    extents.push_back(context.shape(value));
  }
  const int axis = sample_axis(context, node, integer_attribute(node, "axis", 1), extents.front());
  return join(context, node, extents, static_cast<size_t>(axis));
}

/// Joins codes; `result` is the quantisation of all afterwards.
TensorId join_codes(ImportContext& context, const onnx::NodeProto& node, const Joint& joint,
                    const std::vector<QuantisedSource>& sources, const CodeType& result, const Fusion& fusion) {
  std::vector<std::vector<int8_t>> tables;
  std::vector<TensorId> inputs;
  for (const QuantisedSource& source : sources) {
    const CodeType type = {source.quantisation, result.is_unsigned};
    const bool as_is = type == result && !fusion.clamped;
    tables.push_back(as_is ? std::vector<int8_t>()
                           : tabulate(source.quantisation, result.quantisation, [&fusion](float real) {
                               return std::min(std::max(real, fusion.low), fusion.high);
                             }));
    inputs.push_back(source.tensor);
  }
  const TensorId codes = context.add_codes(fusion.names.front(), joint.extents, result);
  context.add(node, std::make_unique<Concatenate>(joint.outer, joint.inner, std::move(tables)), inputs, codes);
  return codes;
}

void join_floats(ImportContext& context, const onnx::NodeProto& node, const Joint& joint,
                 const std::vector<Value>& values, const Fusion& fusion) {
  std::vector<TensorId> inputs;
  inputs.reserve(values.size());
  for (const Value& value : values) {
    inputs.push_back(context.as_float(node, value));
  }
  finish_in_float(
      context, node, fusion,
      std::make_unique<Concatenate>(joint.outer, joint.inner, std::vector<std::vector<int8_t>>(values.size())), inputs,
      joint.extents);
}

void import_concat(ImportContext& context, const onnx::NodeProto& node) {
  std::vector<Value> values;
  values.reserve(static_cast<size_t>(node.input_size()));
  for (int index = 0; index < node.input_size(); ++index) {
    values.push_back(context.input(node, index));
  }
  if (values.empty()) {
    context.fail(node, "joins nothing", "the file is damaged, export it again");
  }
  if (std::all_of(values.begin(), values.end(), [](const Value& value) { return value.is_constant(); })) {
    join_constants(context, node, values);
    return;
  }
  const Joint joint = join_samples(context, node, values);
  std::vector<QuantisedSource> sources;
  for (const Value& value : values) {
    if (const auto source = context.quantised(value)) {
      sources.push_back(*source);
    }
  }
  const bool all_codes = sources.size() == values.size();
  const Fusion fusion = fuse(context, node);
  if (all_codes && fusion.codes) {
    bind_result(context, fusion, join_codes(context, node, joint, sources, *fusion.codes, fusion));
    return;
  }
  const auto alike = [&](const QuantisedSource& source) {
    return CodeType{source.quantisation, false} == CodeType{sources.front().quantisation, false} &&
           context.info(source.tensor).declared_unsigned == context.info(sources.front().tensor).declared_unsigned;
  };
  if (all_codes && std::all_of(sources.begin(), sources.end(), alike)) {
    const CodeType type = {sources.front().quantisation, context.info(sources.front().tensor).declared_unsigned};
    const TensorId codes = join_codes(context, node, joint, sources, type, fusion);
    for (const std::string& name : fusion.names) {
      context.bind(name, {nullptr, codes, type.quantisation});
    }
    return;
  }
  join_floats(context, node, joint, values, fusion);
}

/// The result's scale and zero point, then each input with its own.
void import_qlinear_concat(ImportContext& context, const onnx::NodeProto& node) {
  std::vector<QuantisedSource> sources;
  std::vector<Value> values;
  for (int index = 2; index < node.input_size(); index += 3) {
    sources.push_back(context.codes_input(node, index, index + 1));
    values.push_back({nullptr, sources.back().tensor, sources.back().quantisation});
  }
  if (sources.empty()) {
    context.fail(node, "joins nothing", "the file is damaged, export it again");
  }
  Fusion fusion;
  fusion.codes = context.code_type(node, 0);
  fusion.names = {node.output(0)};
  bind_result(context, fusion,
              join_codes(context, node, join_samples(context, node, values), sources, *fusion.codes, fusion));
}

const OperatorImporter kConcat({"Concat"}, import_concat);
const OperatorImporter kQLinearConcat({"QLinearConcat"}, import_qlinear_concat);

}  // namespace
}  // namespace faultline::model
