#include "sim/model/import_context.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/config/user_error.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

/// Stored codes are signed; uint8 codes are moved by this.
constexpr int32_t kUnsignedOffset = 128;

}  // namespace

ImportContext::ImportContext(const std::string& path) : graph_(path) {
  network_.file = path;
  network_.sha256 = graph_.sha256();
  for (const onnx::TensorProto& initializer : graph_.proto().initializer()) {
    const std::string where = path + ": tensor '" + initializer.name() + "'";
    bind(initializer.name(), {std::make_shared<Constant>(read_constant(initializer, where)), -1, {}});
  }
  read_format();
  declare_input();
}

bool ImportContext::is_int16_constant(const std::string& name) const {
  if (const Value* value = find(name)) {
    return value->is_constant() && std::holds_alternative<std::vector<int16_t>>(value->constant->data);
  }
  const onnx::NodeProto* producer = graph_.producer(name);
  const onnx::AttributeProto* tensor = producer != nullptr ? find_attribute(*producer, "value") : nullptr;
  return tensor != nullptr && tensor->t().data_type() == onnx::TensorProto::INT16;
}

/// Activations are as wide as the zero points of the quantisations say. ONNX has no 12-bit type: such codes are int16,
/// and the file says in its metadata, `operand_bits`, that they lie between -2048 and 2047.
void ImportContext::read_format() {
  const auto& nodes = graph_.nodes();
  const bool wide = std::any_of(nodes.begin(), nodes.end(), [this](const onnx::NodeProto* node) {
    return node->op_type() == "QuantizeLinear" && has_input(*node, 2) && is_int16_constant(node->input(2));
  });
  const std::string bits = graph_.metadata("operand_bits");
  if (!wide) {
    return;
  }
  if (!bits.empty() && bits != "12" && bits != "16") {
    throw UserError(graph_.file(), 0, "has metadata operand_bits = " + bits, "int16 activations have 12 or 16 bits");
  }
  network_.format.operand_bits = bits == "12" ? 12 : 16;
}

void ImportContext::declare_input() {
  const onnx::ValueInfoProto& input = graph_.input();
  const std::string where = graph_.file() + ": input '" + input.name() + "'";
  const onnx::TypeProto::Tensor& type = input.type().tensor_type();
  Extents extents;
  for (int axis = 1; axis < type.shape().dim_size(); ++axis) {
    extents.push_back(type.shape().dim(axis).dim_value());
    if (extents.back() < 1) {
      throw UserError(where, 0, "leaves extent " + std::to_string(axis) + " free",
                      "fix every extent but the first, the batch, when exporting");
    }
  }
  checked_element_count(extents, where);
  const bool is_float = type.elem_type() == onnx::TensorProto::FLOAT;
  const bool is_unsigned = type.elem_type() == onnx::TensorProto::UINT8;
  if (!is_float && !is_unsigned && type.elem_type() != onnx::TensorProto::INT8) {
    throw UserError(where, 0, "has element type " + std::to_string(type.elem_type()),
                    "inputs are float, int8 or uint8");
  }
  network_.graph_input = add_tensor(input.name(), extents, is_float ? ElementType::kFloat32 : ElementType::kInt8);
  info(network_.graph_input).declared_unsigned = is_unsigned;
  info(network_.graph_input).quantisation.zero_point = is_unsigned ? -kUnsignedOffset : 0;
  bind_tensor(input.name(), network_.graph_input);
}

Network ImportContext::import() {
  for (const onnx::NodeProto* node : graph_.nodes()) {
    if (absorbed_.count(node) > 0) {
      continue;
    }
    const ImportFunction importer = find_importer(*node);
    if (importer == nullptr) {
      fail(*node, "is not supported", "docs/networks.md lists the operators that are");
    }
    importer(*this, *node);
  }
  declare_outputs();
  return std::move(network_);
}

void ImportContext::declare_outputs() {
  for (const onnx::ValueInfoProto& output : graph_.proto().output()) {
    const Value* value = find(output.name());
    if (value == nullptr || value->is_constant()) {
      throw UserError(graph_.file(), 0, "output '" + output.name() + "' does not depend on the input",
                      "export a network that computes it");
    }
    TensorId tensor = value->tensor;
    if (value->dequantised) {
      const onnx::NodeProto* producer = graph_.producer(output.name());
      tensor = as_float(producer != nullptr ? *producer : onnx::NodeProto(), *value);
    }
    network_.graph_outputs.push_back(tensor);
  }
}

bool ImportContext::has_input(const onnx::NodeProto& node, int index) const {
  return index < node.input_size() && !node.input(index).empty();
}

const Value* ImportContext::find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

const Value& ImportContext::input(const onnx::NodeProto& node, int index) const {
  if (!has_input(node, index)) {
    fail(node, "lacks input " + std::to_string(index), "the file is damaged, export it again");
  }
  const Value* value = find(node.input(index));
  if (value == nullptr) {
    fail(node, "reads '" + node.input(index) + "', an optional output that its operator does not give here",
         "export without it");
  }
  return *value;
}

std::shared_ptr<const Constant> ImportContext::constant_input(const onnx::NodeProto& node, int index,
                                                              const std::string& role) const {
  const Value& value = input(node, index);
  if (!value.is_constant()) {
    fail(node, "computes its " + role + " at run time", "it must be a constant");
  }
  return value.constant;
}

std::shared_ptr<const Constant> ImportContext::optional_constant_input(const onnx::NodeProto& node, int index,
                                                                       const std::string& role) const {
  return has_input(node, index) ? constant_input(node, index, role) : nullptr;
}

void ImportContext::bind(const std::string& name, Value value) {
  if (!value.is_constant() && !value.dequantised) {
    ++bindings_[value.tensor];
  }
  values_[name] = std::move(value);
}

void ImportContext::bind_constant(const onnx::NodeProto& node, Constant constant) {
  bind(node.output(0), {std::make_shared<Constant>(std::move(constant)), -1, {}});
}

void ImportContext::bind_tensor(const std::string& name, TensorId tensor) {
  bind(name, {nullptr, tensor, {}});
}

AffineMap ImportContext::affine_input(const onnx::NodeProto& node, int scale) const {
  AffineMap map;
  map.scale = constant_input(node, scale, "scale")->floats();
  for (const float entry : map.scale) {
    if (!std::isfinite(entry) || entry < 0) {
      fail(node, "has scale " + std::to_string(entry), "scales are positive numbers");
    }
  }
  if (map.scale.empty()) {
    fail(node, "has an empty scale", "give one scale, or one per channel");
  }
  const auto zero_point = optional_constant_input(node, scale + 1, "zero point");
  if (zero_point == nullptr) {
    map.zero_point.assign(map.scale.size(), 0);
    return map;
  }
  if (zero_point->is_float()) {
    fail(node, "has a zero point that is no integer", "zero points are int8, uint8 or int32");
  }
  for (const int64_t entry : zero_point->integers()) {
    map.zero_point.push_back(static_cast<int32_t>(entry));
  }
  if (map.zero_point.size() == 1) {
    map.zero_point.resize(map.scale.size(), map.zero_point[0]);
  }
  if (map.zero_point.size() != map.scale.size()) {
    fail(node,
         "has " + std::to_string(map.scale.size()) + " scales but " + std::to_string(map.zero_point.size()) +
             " zero points",
         "give as many of one as of the other");
  }
  return map;
}

CodeType ImportContext::code_type(const onnx::NodeProto& node, int scale) const {
  const AffineMap map = affine_input(node, scale);
  if (map.scale.size() != 1) {
    fail(node, "quantises an activation per channel", "activations have one scale per tensor");
  }
  if (map.scale[0] == 0) {
    fail(node, "has scale 0 for an activation", "scales are positive numbers");
  }
  const auto zero_point = optional_constant_input(node, scale + 1, "zero point");
  const bool is_signed = zero_point != nullptr && std::holds_alternative<std::vector<int8_t>>(zero_point->data);
  const bool is_wide = zero_point != nullptr && std::holds_alternative<std::vector<int16_t>>(zero_point->data);
  if (zero_point != nullptr && !is_signed && !is_wide &&
      !std::holds_alternative<std::vector<uint8_t>>(zero_point->data)) {
    fail(node, "quantises to something other than 8 or 16 bits", "activations are int8, uint8 or int16");
  }
  if (is_wide != network_.format.wide()) {
    fail(node, "quantises to another width than the rest of the network", "give all activations 8 or all 16 bits");
  }
  if (is_wide) {
    if (map.zero_point[0] != 0) {
      fail(node, "has zero point " + std::to_string(map.zero_point[0]) + " for int16 codes", "it must be 0");
    }
    return {{static_cast<double>(map.scale[0]), 0}, false, network_.format};
  }
  const int32_t stored = map.zero_point[0] - (is_signed ? 0 : kUnsignedOffset);
  return {{static_cast<double>(map.scale[0]), stored}, !is_signed};
}

CodeType ImportContext::type_of(TensorId tensor, const Quantisation& quantisation) const {
  return {quantisation, info(tensor).declared_unsigned, network_.format};
}

std::optional<CodeType> ImportContext::quantise_node_type(const onnx::NodeProto& node) const {
  if (integer_attribute(node, "block_size", 0) != 0) {
    return std::nullopt;
  }
  for (int index = 1; index < node.input_size(); ++index) {
    const Value* value = find(node.input(index));
    if (!node.input(index).empty() && (value == nullptr || !value->is_constant())) {
      return std::nullopt;
    }
  }
  return code_type(node, 1);
}

TensorId ImportContext::add_tensor(const std::string& name, Shape shape, ElementType type) {
  const std::string where = graph_.file() + ": tensor '" + name + "'";
  if (checked_element_count(shape, where) == 0) {
    throw UserError(where, 0, "has no elements", "the file is damaged, export it again");
  }
  TensorInfo tensor;
  tensor.name = name;
  tensor.shape = std::move(shape);
  tensor.type = type;
  network_.tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(network_.tensors.size()) - 1;
}

TensorId ImportContext::add_codes(const std::string& name, Shape shape, const CodeType& type) {
  const TensorId tensor =
      add_tensor(name, std::move(shape), type.format.wide() ? ElementType::kInt16 : ElementType::kInt8);
  info(tensor).quantisation = type.quantisation;
  info(tensor).declared_unsigned = type.is_unsigned;
  return tensor;
}

void ImportContext::append(const onnx::NodeProto& node, std::unique_ptr<Operator> step,
                           const std::vector<TensorId>& inputs, TensorId output) {
  std::string name = !node.name().empty() ? node.name() : node.op_type() + "_" + info(output).name;
  if (!operator_names_.insert(name).second) {
    const std::string base = name;
    for (int number = 2; !operator_names_.insert(name = base + "#" + std::to_string(number)).second; ++number) {
    }
  }
  step->name = name;
  if (step->kind.empty()) {
    step->kind = node.op_type();
  }
  step->inputs = inputs;
  step->output = output;
  network_.operators.push_back(std::move(step));
}

TensorId ImportContext::as_float(const onnx::NodeProto& node, const Value& value) {
  if (info(value.tensor).type == ElementType::kFloat32) {
    return value.tensor;
  }
  if (!value.dequantised) {
    fail(node, "reads integers where it needs floats", "dequantise '" + info(value.tensor).name + "' first");
  }
  const Quantisation quantisation = *value.dequantised;
  for (const auto& [known, tensor] : floats_[value.tensor]) {
    if (known.scale == quantisation.scale && known.zero_point == quantisation.zero_point) {
      return tensor;
    }
  }
  const TensorId tensor =
      add_tensor(info(value.tensor).name + "_dequantised", info(value.tensor).shape, ElementType::kFloat32);
  std::unique_ptr<HostOperator> step;
  if (network_.format.wide()) {
    step = std::make_unique<DequantiseWide>(quantisation);
  } else {
    step = std::make_unique<Dequantise>(quantisation);
  }
  step->kind = "DequantizeLinear";
  add(node, std::move(step), {value.tensor}, tensor);
  floats_[value.tensor].emplace_back(quantisation, tensor);
  return tensor;
}

std::optional<QuantisedSource> ImportContext::quantised(const Value& value) const {
  return network_.format.wide() ? std::nullopt : quantised_to_any_width(value);
}

std::optional<QuantisedSource> ImportContext::quantised_to_any_width(const Value& value) const {
  if (value.is_constant() || !value.dequantised) {
    return std::nullopt;
  }
  return QuantisedSource{value.tensor, *value.dequantised};
}

QuantisedSource ImportContext::codes_input(const onnx::NodeProto& node, int index, int scale) const {
  const Value& value = input(node, index);
  if (network_.format.wide() && node.op_type() != "DequantizeLinear") {
    fail(node, "reads 16-bit codes", "only DequantizeLinear does; export the network in the QDQ form");
  }
  const ElementType expected = network_.format.wide() ? ElementType::kInt16 : ElementType::kInt8;
  if (value.is_constant() || value.dequantised || info(value.tensor).type != expected) {
    fail(node, "does not read quantised values from '" + node.input(index) + "'", "quantise them first");
  }
  CodeType type = code_type(node, scale);
  if (!has_input(node, scale + 1) && !type.format.wide()) {  // an absent zero point is 0 in the input's own type
    type.is_unsigned = info(value.tensor).declared_unsigned;
    type.quantisation.zero_point = type.is_unsigned ? -kUnsignedOffset : 0;
  }
  if (type.is_unsigned != info(value.tensor).declared_unsigned) {
    fail(node, "reads '" + node.input(index) + "' with a zero point of the other signedness",
         "input and zero point have one element type");
  }
  return {value.tensor, type.quantisation};
}

Operator* ImportContext::sole_producer(const onnx::NodeProto& node, const std::string& name, TensorId tensor) {
  const auto read_only_by = [this](const std::string& value, const onnx::NodeProto& reader) {
    const auto& readers = graph_.consumers(value);
    return readers.size() == 1 && readers[0] == &reader && !graph_.is_output(value);
  };
  if (!read_only_by(name, node) || bindings_[tensor] != 1 || floats_.count(tensor) > 0) {
    return nullptr;
  }
  const onnx::NodeProto* writer = graph_.producer(name);
  if (writer != nullptr && writer->op_type() == "DequantizeLinear" && !read_only_by(writer->input(0), *writer)) {
    return nullptr;
  }
  if (writer != nullptr && writer->op_type() != "DequantizeLinear" && info(tensor).name != name) {
    return nullptr;
  }
  for (auto step = network_.operators.rbegin(); step != network_.operators.rend(); ++step) {
    if ((*step)->output == tensor) {
      return step->get();
    }
  }
  return nullptr;
}

int normalised_axis(const ImportContext& context, const onnx::NodeProto& node, int64_t axis, size_t rank) {
  const auto signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    context.fail(node, "has axis " + std::to_string(axis) + " for " + std::to_string(rank) + " dimensions",
                 "the file is damaged, export it again");
  }
  return static_cast<int>(axis < 0 ? axis + signed_rank : axis);
}

int sample_axis(const ImportContext& context, const onnx::NodeProto& node, int64_t axis, const Shape& shape) {
  const int normalised = normalised_axis(context, node, axis, shape.size() + 1);
  if (normalised == 0) {
    context.fail(node, "works along the batch dimension", "operators must treat the samples of a batch alike");
  }
  return normalised - 1;
}

}  // namespace faultline::model
