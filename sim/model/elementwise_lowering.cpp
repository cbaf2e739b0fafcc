#include "sim/model/elementwise_lowering.h"

#include <algorithm>

#include "sim/model/host_elementwise.h"

namespace faultline::model {
namespace {

PostProcessing* post_processing(Operator* step) {
  if (auto* matrix = dynamic_cast<MatrixOperator*>(step)) {
    return matrix->post.raw() ? nullptr : &matrix->post;
  }
  auto* pooling = dynamic_cast<PoolingOperator*>(step);
  return pooling != nullptr && pooling->pooling == PoolingKind::kSum ? &pooling->post : nullptr;
}

/// True when `table` only limits codes to [low, high].
bool is_clamp(const std::vector<int8_t>& table) {
  for (int code = -128; code < 128; ++code) {
    if (table[static_cast<size_t>(code + 128)] != std::clamp<int>(code, table.front(), table.back())) {
      return false;
    }
  }
  return true;
}

/// Applies `table` after what `post` does already.
void append_table(PostProcessing& post, const std::vector<int8_t>& table) {
  if (post.table.empty() && is_clamp(table)) {
    post.low = std::clamp<int32_t>(post.low, table.front(), table.back());
    post.high = std::clamp<int32_t>(post.high, table.front(), table.back());
    return;
  }
  if (post.table.empty()) {
    post.table = table;
    return;
  }
  for (int8_t& entry : post.table) {
    entry = table[static_cast<size_t>(entry + 128)];
  }
}

/// The tensor of codes after `table`: that of the layer before, where the table can be folded into it.
TensorId add_table(ImportContext& context, const onnx::NodeProto& node, TensorId source, const CodeType& result,
                   const std::string& name, const std::vector<int8_t>& table) {
  PostProcessing* post = post_processing(context.sole_producer(node, node.input(0), source));
  if (post != nullptr) {
    append_table(*post, table);
    TensorInfo& info = context.info(source);
    info.name = name;
    info.quantisation = result.quantisation;
    info.declared_unsigned = result.is_unsigned;
    return source;
  }
  const TensorId codes = context.add_codes(name, Shape(context.info(source).shape), result);
  context.add(node, std::make_unique<TableLookup>(table), {source}, codes);
  return codes;
}

std::vector<int8_t> fused_table(const Quantisation& from, const std::function<float(float)>& function,
                                const Fusion& fusion) {
  return tabulate(from, fusion.codes->quantisation,
                  [&](float real) { return std::min(std::max(function(real), fusion.low), fusion.high); });
}

/// True when `table`, in one quantisation, is the function itself on every code: what is float in the graph can then
/// stay codes.
bool is_exact(const std::vector<int8_t>& table, const Quantisation& quantisation,
              const std::function<float(float)>& function) {
  for (int32_t code = -128; code < 128; ++code) {
    if (dequantise(table[static_cast<size_t>(code + 128)], quantisation) != function(dequantise(code, quantisation))) {
      return false;
    }
  }
  return true;
}

bool lower_on_codes(ImportContext& context, const onnx::NodeProto& node, const QuantisedSource& source,
                    const std::function<float(float)>& function, const Fusion& fusion) {
  if (fusion.codes) {
    bind_result(context, fusion,
                add_table(context, node, source.tensor, *fusion.codes, fusion.names.front(),
                          fused_table(source.quantisation, function, fusion)));
    return true;
  }
  const auto table = tabulate(source.quantisation, source.quantisation, function);
  if (!is_exact(table, source.quantisation, function)) {
    return false;
  }
  const CodeType type = {source.quantisation, context.info(source.tensor).declared_unsigned};
  const TensorId codes = add_table(context, node, source.tensor, type, fusion.names.front(), table);
  for (const std::string& name : fusion.names) {
    context.bind(name, {nullptr, codes, source.quantisation});
  }
  return true;
}

}  // namespace

void lower_unary(ImportContext& context, const onnx::NodeProto& node, const Value& input,
                 const std::function<float(float)>& function, const Fusion& fusion) {
  if (input.is_constant()) {
    Constant result;
    result.extents = input.constant->extents;
    std::vector<float> values = input.constant->floats();
    std::transform(values.begin(), values.end(), values.begin(), function);
    result.data = std::move(values);
    context.bind_constant(node, std::move(result));
    return;
  }
  const auto source = context.quantised(input);
  if (source && lower_on_codes(context, node, *source, function, fusion)) {
    return;
  }
  const Shape shape = context.shape(input);
  finish_in_float(context, node, fusion, std::make_unique<FloatMap>(function), {context.as_float(node, input)}, shape);
}

}  // namespace faultline::model
