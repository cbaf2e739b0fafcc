#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "gtest/gtest.h"
#include "sim/model/network.h"

namespace faultline::model {

/// Builds ONNX graphs for tests. Inputs named "input", outputs named "output"; shapes leave the batch to the builder.
class GraphBuilder {
 public:
  explicit GraphBuilder(const std::vector<int64_t>& sample, int element_type = onnx::TensorProto::FLOAT,
                        int64_t operator_set = 13) {
    model_.set_ir_version(8);
    add_operator_set("", operator_set);
    add_operator_set("com.microsoft", 1);
    declare(*graph().add_input(), "input", element_type);
    auto* shape = graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->add_dim()->set_dim_param("N");
    for (const int64_t extent : sample) {
      shape->add_dim()->set_dim_value(extent);
    }
    declare(*graph().add_output(), "output", onnx::TensorProto::FLOAT);
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  std::string constant(const std::vector<int64_t>& extents, const std::vector<float>& values) {
    return initializer(extents, onnx::TensorProto::FLOAT, values);
  }
  std::string constant(const std::vector<int64_t>& extents, const std::vector<int8_t>& values) {
    return initializer(extents, onnx::TensorProto::INT8, values);
  }
  std::string constant(const std::vector<int64_t>& extents, const std::vector<uint8_t>& values) {
    return initializer(extents, onnx::TensorProto::UINT8, values);
  }
  std::string constant(const std::vector<int64_t>& extents, const std::vector<int32_t>& values) {
    return initializer(extents, onnx::TensorProto::INT32, values);
  }
  std::string constant(const std::vector<int64_t>& extents, const std::vector<int64_t>& values) {
    return initializer(extents, onnx::TensorProto::INT64, values);
  }
  std::string scalar(float value) { return constant({}, std::vector<float>{value}); }

  /// Adds a node whose output is named `output`, or by number.
  std::string node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output = "") {
    onnx::NodeProto& added = *graph().add_node();
    added.set_op_type(type);
    added.set_name("node" + std::to_string(graph().node_size()));
    for (const std::string& input : inputs) {
      added.add_input(input);
    }
    added.add_output(output.empty() ? "value" + std::to_string(graph().node_size()) : output);
    return added.output(0);
  }

  /// Attributes of the node added last.
  GraphBuilder& set(const std::string& name, int64_t value) {
    add_attribute(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
  }
  GraphBuilder& set(const std::string& name, float value) {
    add_attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  GraphBuilder& set(const std::string& name, const std::string& value) {
    add_attribute(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  GraphBuilder& set(const std::string& name, const std::vector<int64_t>& values) {
    auto& attribute = add_attribute(name, onnx::AttributeProto::INTS);
    for (const int64_t value : values) {
      attribute.add_ints(value);
    }
    return *this;
  }

  /// QuantizeLinear to int8 (zero_point in int8 codes) or uint8 (in uint8 codes).
  std::string quantise(const std::string& value, float scale, int zero_point, bool is_unsigned = false,
                       const std::string& output = "") {
    return node("QuantizeLinear", {value, scalar(scale), zero(zero_point, is_unsigned)}, output);
  }
  std::string dequantise(const std::string& value, float scale, int zero_point, bool is_unsigned = false,
                         const std::string& output = "") {
    return node("DequantizeLinear", {value, scalar(scale), zero(zero_point, is_unsigned)}, output);
  }
  /// QuantizeLinear and DequantizeLinear.
  std::string requantise(const std::string& value, float scale, int zero_point, bool is_unsigned = false,
                         const std::string& output = "") {
    return dequantise(quantise(value, scale, zero_point, is_unsigned), scale, zero_point, is_unsigned, output);
  }
  std::string zero(int zero_point, bool is_unsigned) {
    return is_unsigned ? constant({}, std::vector<uint8_t>{static_cast<uint8_t>(zero_point)})
                       : constant({}, std::vector<int8_t>{static_cast<int8_t>(zero_point)});
  }

  std::string bytes() const { return model_.SerializeAsString(); }

  /// Writes the graph to a file of its own and returns its path.
  std::string save() const { return save_bytes(bytes()); }

  static std::string save_bytes(const std::string& bytes) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "_" + test->name();
    std::replace(name.begin(), name.end(), '/', '_');
    const std::string path = testing::TempDir() + "faultline_" + name + ".onnx";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return path;
  }

 private:
  void add_operator_set(const std::string& domain, int64_t version) {
    auto& set = *model_.add_opset_import();
    set.set_domain(domain);
    set.set_version(version);
  }

  static void declare(onnx::ValueInfoProto& value, const std::string& name, int element_type) {
    value.set_name(name);
    value.mutable_type()->mutable_tensor_type()->set_elem_type(element_type);
  }

  onnx::AttributeProto& add_attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
    auto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  template <typename Element>
  std::string initializer(const std::vector<int64_t>& extents, int type, const std::vector<Element>& values) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name("constant" + std::to_string(graph().initializer_size()));
    tensor.set_data_type(type);
    for (const int64_t extent : extents) {
      tensor.add_dims(extent);
    }
    tensor.set_raw_data(values.data(), values.size() * sizeof(Element));
    return tensor.name();
  }

  onnx::ModelProto model_;
};

}  // namespace faultline::model
