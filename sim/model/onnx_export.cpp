#include "sim/model/onnx_export.h"

#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

/// The operator set and file version that know the codes: int16 in QuantizeLinear came with set 21.
constexpr int kOpset = 13;
constexpr int kIrVersion = 8;
constexpr int kWideOpset = 21;
constexpr int kWideIrVersion = 10;

/// Builds the graph front to back; `current_` is the tensor that the next operator takes.
class GraphWriter {
 public:
  GraphWriter(onnx::GraphProto& graph, hw::OperandFormat format) : graph_(graph), format_(format) {}

  void write(const QuantisedNetwork& network) {
    graph_.set_name(network.name);
    declare(*graph_.add_input(), "input", network.input_shape);
    current_ = "input";
    round("input", network.input, std::nullopt);
    Shape shape = network.input_shape;
    for (size_t i = 0; i < network.layers.size(); ++i) {
      const QuantisedLayer& layer = network.layers[i];
      const bool last = i + 1 == network.layers.size();
      std::visit([this, &layer](const auto& kind) { add_operator(layer, kind); }, layer.layer.kind);
      if (layer.output) {
        round(layer.layer.name, *layer.output, last ? std::optional<std::string>("logits") : std::nullopt);
      }
      shape = output_shape(layer.layer, shape);
    }
    declare(*graph_.add_output(), "logits", shape);
  }

 private:
  static void declare(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape) {
    value.set_name(name);
    onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("N");
    for (const int64_t extent : shape) {
      type.mutable_shape()->add_dim()->set_dim_value(extent);
    }
  }

  onnx::NodeProto& add_node(const std::string& operation, const std::string& name,
                            const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(operation);
    node.set_name(name);
    for (const std::string& input : inputs) {
      node.add_input(input);
    }
    node.add_output(output);
    return node;
  }

  static void set_integer(onnx::NodeProto& node, const std::string& name, int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }

  static void set_integers(onnx::NodeProto& node, const std::string& name, const std::vector<int64_t>& values) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const int64_t value : values) {
      attribute.add_ints(value);
    }
  }

  /// Adds a constant; `Element` is what ONNX calls `type`, stored little-endian like the machines that we run on.
  template <typename Element>
  std::string add_constant(const std::string& name, onnx::TensorProto::DataType type, const Shape& shape,
                           const std::vector<Element>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const int64_t extent : shape) {
      tensor.add_dims(extent);
    }
    tensor.set_raw_data(values.data(), values.size() * sizeof(Element));
    return name;
  }

  std::string add_codes(const std::string& name, const Shape& shape, const std::vector<int16_t>& values) {
    if (format_.wide()) {
      return add_constant(name, onnx::TensorProto::INT16, shape, values);
    }
    return add_constant(name, onnx::TensorProto::INT8, shape, std::vector<int8_t>(values.begin(), values.end()));
  }

  std::string add_scales(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    return add_constant(name, onnx::TensorProto::FLOAT, shape, values);
  }

  /// A QuantizeLinear and a DequantizeLinear behind the current tensor.
  void round(const std::string& name, const Quantisation& quantisation, const std::optional<std::string>& output) {
    const std::string scale = add_scales(name + ".output_scale", {}, {static_cast<float>(quantisation.scale)});
    const std::string zero_point =
        add_codes(name + ".output_zero_point", {}, {static_cast<int16_t>(quantisation.zero_point)});
    const std::string codes = name + ".output_codes";
    const std::string rounded = output.value_or(name + ".output_rounded");
    add_node("QuantizeLinear", name + ".quantize", {current_, scale, zero_point}, codes);
    add_node("DequantizeLinear", name + ".dequantize", {codes, scale, zero_point}, rounded);
    current_ = rounded;
  }

  /// Weights and biases behind DequantizeLinear; the names of their real values.
  std::vector<std::string> add_weights(const std::string& name, const QuantisedWeights& weights) {
    const auto channels = static_cast<int64_t>(weights.scales.size());
    const std::string codes = add_codes(name + ".weight_codes", weights.shape, weights.weights);
    const std::string scale = add_scales(name + ".weight_scale", {channels}, weights.scales);
    const std::string zero_point =
        add_codes(name + ".weight_zero_point", {channels}, std::vector<int16_t>(weights.scales.size(), 0));
    set_integer(add_node("DequantizeLinear", name + ".weight_dequantize", {codes, scale, zero_point}, name + ".weight"),
                "axis", 0);
    const std::string bias = add_constant(name + ".bias_codes", onnx::TensorProto::INT32, {channels}, weights.bias);
    const std::string bias_scale = add_scales(name + ".bias_scale", {channels}, weights.bias_scales);
    // ONNX has no zero point for int32.
    set_integer(add_node("DequantizeLinear", name + ".bias_dequantize", {bias, bias_scale}, name + ".bias"), "axis", 0);
    return {name + ".weight", name + ".bias"};
  }

  /// An operator on the current tensor and, where given, further inputs; its output becomes the current tensor.
  onnx::NodeProto& apply(const std::string& operation, const std::string& name,
                         const std::vector<std::string>& further) {
    std::vector<std::string> inputs = {current_};
    inputs.insert(inputs.end(), further.begin(), further.end());
    current_ = name + ".output";
    return add_node(operation, name, inputs, current_);
  }

  void add_operator(const QuantisedLayer& layer, const FloatConvolution& kind) {
    const std::vector<std::string> constants = add_weights(layer.layer.name, *layer.weights);
    onnx::NodeProto& node = apply("Conv", layer.layer.name, constants);
    set_integers(node, "kernel_shape", {kind.kernel, kind.kernel});
    set_integers(node, "pads", {kind.padding, kind.padding, kind.padding, kind.padding});
  }
  void add_operator(const QuantisedLayer& layer, const FloatFullyConnected&) {
    const std::vector<std::string> constants = add_weights(layer.layer.name, *layer.weights);
    set_integer(apply("Gemm", layer.layer.name, constants), "transB", 1);
  }
  void add_operator(const QuantisedLayer& layer, const FloatRelu&) { apply("Relu", layer.layer.name, {}); }
  void add_operator(const QuantisedLayer& layer, const FloatTanh&) { apply("Tanh", layer.layer.name, {}); }
  void add_operator(const QuantisedLayer& layer, const FloatMaximumPooling& kind) {
    onnx::NodeProto& node = apply("MaxPool", layer.layer.name, {});
    set_integers(node, "kernel_shape", {kind.window, kind.window});
    set_integers(node, "strides", {kind.window, kind.window});
  }
  void add_operator(const QuantisedLayer& layer, const FloatFlatten&) {
    set_integer(apply("Flatten", layer.layer.name, {}), "axis", 1);
  }

  onnx::GraphProto& graph_;
  hw::OperandFormat format_;
  std::string current_;
};

}  // namespace

std::string to_onnx(const QuantisedNetwork& network) {
  onnx::ModelProto model;
  const bool wide = network.format.wide();
  model.set_ir_version(wide ? kWideIrVersion : kIrVersion);
  model.set_producer_name("faultline");
  onnx::OperatorSetIdProto& opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(wide ? kWideOpset : kOpset);
  if (wide) {
    onnx::StringStringEntryProto& width = *model.add_metadata_props();
    width.set_key("operand_bits");
    width.set_value(std::to_string(network.format.operand_bits));
  }
  GraphWriter(*model.mutable_graph(), network.format).write(network);
  return model.SerializeAsString();
}

void write_onnx(const QuantisedNetwork& network, const std::string& path) {
  const std::string bytes = to_onnx(network);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    throw UserError(path, 0, "cannot be written", "name a file in a directory that exists and can be written");
  }
}

}  // namespace faultline::model
