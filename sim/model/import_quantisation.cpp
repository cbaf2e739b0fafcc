#include <cmath>

#include "sim/model/fusion.h"
#include "sim/model/matrix_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

void refuse_blocks(const ImportContext& context, const onnx::NodeProto& node) {
  if (integer_attribute(node, "block_size", 0) != 0) {
    context.fail(node, "quantises in blocks", "one scale per tensor or per channel is supported");
  }
}

AffineMap map_of(const ImportContext& context, const onnx::NodeProto& node, const Constant& constant) {
  refuse_blocks(context, node);
  AffineMap map = context.affine_input(node, 1);
  if (map.scale.size() > 1) {
    map.axis = normalised_axis(context, node, integer_attribute(node, "axis", 1), constant.extents.size());
  }
  return map;
}

/// A constant is quantised during import, as the operator defines it.
void quantise_constant(ImportContext& context, const onnx::NodeProto& node, const Constant& constant) {
  const AffineMap map = map_of(context, node, constant);
  const size_t channels = map.scale.size();
  if (channels > 1 && constant.extents[static_cast<size_t>(map.axis)] != static_cast<int64_t>(channels)) {
    context.fail(node, "has " + std::to_string(channels) + " scales that do not match its tensor's channels",
                 "give one scale, or one per channel");
  }
  const auto zero_point = context.optional_constant_input(node, 2, "zero point");
  const bool is_signed = zero_point != nullptr && std::holds_alternative<std::vector<int8_t>>(zero_point->data);
  if (zero_point != nullptr && !is_signed && !std::holds_alternative<std::vector<uint8_t>>(zero_point->data)) {
    context.fail(node, "quantises to something other than 8 bits", "int8 and uint8 are supported");
  }
  const int32_t offset = is_signed ? 0 : 128;
  Constant codes;
  codes.extents = constant.extents;
  std::vector<int8_t> stored(constant.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    const size_t entry = affine_entry(map, constant.extents, i);
    stored[i] = quantise(static_cast<float>(constant.real(i)),
                         Quantisation{static_cast<double>(map.scale[entry]), map.zero_point[entry] - offset});
  }
  if (is_signed) {
    codes.data = std::move(stored);
  } else {
    std::vector<uint8_t> as_unsigned;
    as_unsigned.reserve(stored.size());
    for (const int8_t code : stored) {
      as_unsigned.push_back(static_cast<uint8_t>(code + offset));
    }
    codes.data = std::move(as_unsigned);
  }
  context.bind_constant(node, std::move(codes));
}

void import_quantise(ImportContext& context, const onnx::NodeProto& node) {
  const Value& value = context.input(node, 0);
  if (value.is_constant()) {
    quantise_constant(context, node, *value.constant);
    return;
  }
  refuse_blocks(context, node);
  const CodeType type = context.code_type(node, 1);
  const Shape shape = context.shape(value);
  const auto same = context.quantised_to_any_width(value);
  if (same && context.type_of(same->tensor, same->quantisation) == type) {
    context.bind_tensor(node.output(0), same->tensor);  // quantising what was dequantised alike changes nothing
    return;
  }
  const auto source = context.quantised(value);
  const TensorId real = source ? -1 : context.as_float(node, value);
  const TensorId codes = context.add_codes(node.output(0), shape, type);
  if (source) {
    const auto table = tabulate(source->quantisation, type.quantisation, [](float unchanged) { return unchanged; });
    context.add(node, std::make_unique<TableLookup>(table), {source->tensor}, codes);
  } else {
    context.add(node, std::make_unique<Quantise>(type, type.format.lowest(), type.format.highest()), {real}, codes);
  }
  context.bind_tensor(node.output(0), codes);
}

void dequantise_accumulator(ImportContext& context, const onnx::NodeProto& node, const Value& value) {
  const AffineMap map = context.affine_input(node, 1);
  if (map.scale.size() != 1 || map.zero_point[0] != 0) {
    context.fail(node, "dequantises int32 values per channel or with a zero point", "one scale is supported");
  }
  const TensorId real = context.add_tensor(node.output(0), context.shape(value), ElementType::kFloat32);
  const std::vector<double> scale(1, static_cast<double>(map.scale[0]));
  context.add(node, std::make_unique<DequantiseAccumulator>(scale, std::vector<double>{0.0}, size_t{1}), {value.tensor},
              real);
  context.bind_tensor(node.output(0), real);
}

void import_dequantise(ImportContext& context, const onnx::NodeProto& node) {
  const Value& value = context.input(node, 0);
  if (value.is_constant()) {
    const AffineMap map = map_of(context, node, *value.constant);
    context.bind(node.output(0), {with_affine_map(context, node, *value.constant, map), -1, {}});
    return;
  }
  refuse_blocks(context, node);
  const ElementType read = context.info(value.tensor).type;
  if (!value.dequantised && (read == ElementType::kInt32 || read == ElementType::kInt64)) {
    dequantise_accumulator(context, node, value);
    return;
  }
  const QuantisedSource source = context.codes_input(node, 0, 1);
  if (source.tensor == context.network().graph_input) {  // the file says here what the input's codes mean
    context.info(source.tensor).quantisation = source.quantisation;
  }
  context.bind(node.output(0), {nullptr, source.tensor, source.quantisation});
}

const OperatorImporter kQuantise({"QuantizeLinear"}, import_quantise);
const OperatorImporter kDequantise({"DequantizeLinear"}, import_dequantise);

}  // namespace
}  // namespace faultline::model
