#include "sim/model/onnx_export.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "dataset_files.h"
#include "small_network.h"

namespace faultline::model {
namespace {

using model_test::labelled_images;
using model_test::small_network;

class OnnxExport : public testing::Test {
 protected:
  OnnxExport() {
    const FloatNetwork network = small_network(31);
    quantised_ = quantise(network, labelled_images(network, 20, 32));
    EXPECT_TRUE(model_.ParseFromString(to_onnx(quantised_)));
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) {
      constants_[tensor.name()] = tensor;
    }
    for (const onnx::NodeProto& node : model_.graph().node()) {
      producers_[node.output(0)] = node;
    }
  }

  template <typename Element>
  std::vector<Element> elements(const std::string& name) const {
    const std::string& bytes = constants_.at(name).raw_data();
    std::vector<Element> values(bytes.size() / sizeof(Element));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  QuantisedNetwork quantised_;
  onnx::ModelProto model_;
  std::map<std::string, onnx::TensorProto> constants_;
  std::map<std::string, onnx::NodeProto> producers_;
};

TEST_F(OnnxExport, DeclaresOpsetVersionsAndAFreeBatch) {
  EXPECT_EQ(model_.ir_version(), 8);
  ASSERT_EQ(model_.opset_import_size(), 1);
  EXPECT_EQ(model_.opset_import(0).version(), 13);
  const auto& input = model_.graph().input(0).type().tensor_type();
  EXPECT_EQ(input.elem_type(), onnx::TensorProto::FLOAT);
  ASSERT_EQ(input.shape().dim_size(), 4);
  EXPECT_EQ(input.shape().dim(0).dim_param(), "N");
  EXPECT_EQ(input.shape().dim(3).dim_value(), 8);
  const auto& output = model_.graph().output(0).type().tensor_type();
  ASSERT_EQ(output.shape().dim_size(), 2);
  EXPECT_EQ(output.shape().dim(1).dim_value(), 3);
}

TEST_F(OnnxExport, OperatorsStandBetweenRoundings) {
  std::vector<std::string> path;  // from the output back to the input, along first inputs
  for (std::string tensor = "logits"; tensor != "input"; tensor = producers_.at(tensor).input(0)) {
    path.push_back(producers_.at(tensor).op_type());
  }
  const std::string q = "QuantizeLinear", d = "DequantizeLinear";
  EXPECT_EQ(path, (std::vector<std::string>{d,         q, "Gemm", d,         q, "Tanh", d,      q,      "Gemm", d, q,
                                            "Flatten", d, q,      "MaxPool", d, q,      "Relu", "Conv", d,      q}));
}

TEST_F(OnnxExport, EveryInputIsMadeBeforeItIsUsedAndEveryNameOnce) {
  std::set<std::string> known = {"input"};
  for (const auto& [name, tensor] : constants_) {
    known.insert(name);
  }
  std::set<std::string> nodes;
  for (const onnx::NodeProto& node : model_.graph().node()) {
    for (const std::string& input : node.input()) {
      EXPECT_EQ(known.count(input), 1U) << input;
    }
    EXPECT_TRUE(known.insert(node.output(0)).second) << node.output(0);
    EXPECT_TRUE(nodes.insert(node.name()).second) << node.name();
  }
  EXPECT_EQ(known.count("logits"), 1U);
}

TEST_F(OnnxExport, WeightsAreInt8PerChannelAndBiasesInt32) {
  const onnx::NodeProto& convolution = producers_.at("conv.output");
  const onnx::NodeProto& weight = producers_.at(convolution.input(1));
  const onnx::NodeProto& bias = producers_.at(convolution.input(2));
  EXPECT_EQ(weight.op_type(), "DequantizeLinear");
  EXPECT_EQ(weight.attribute(0).name(), "axis");
  EXPECT_EQ(weight.attribute(0).i(), 0);
  EXPECT_EQ(constants_.at(weight.input(0)).data_type(), onnx::TensorProto::INT8);
  const std::vector<int8_t> codes = elements<int8_t>(weight.input(0));
  EXPECT_EQ(std::vector<int16_t>(codes.begin(), codes.end()), quantised_.layers[0].weights->weights);
  EXPECT_EQ(elements<float>(weight.input(1)), quantised_.layers[0].weights->scales);
  EXPECT_EQ(elements<int8_t>(weight.input(2)), std::vector<int8_t>(4, 0));
  EXPECT_EQ(constants_.at(bias.input(0)).data_type(), onnx::TensorProto::INT32);
  EXPECT_EQ(elements<int32_t>(bias.input(0)), quantised_.layers[0].weights->bias);
  EXPECT_EQ(elements<float>(bias.input(1)), quantised_.layers[0].weights->bias_scales);
}

TEST_F(OnnxExport, RoundingsCarryTheActivationsScaleAndZeroPoint) {
  const onnx::NodeProto& quantize = producers_.at("relu.output_codes");
  EXPECT_EQ(quantize.input(0), "relu.output");
  EXPECT_EQ(elements<float>(quantize.input(1)).front(), static_cast<float>(quantised_.layers[1].output->scale));
  EXPECT_EQ(elements<int8_t>(quantize.input(2)).front(), quantised_.layers[1].output->zero_point);
  EXPECT_EQ(constants_.at(quantize.input(2)).dims_size(), 0);
}

TEST_F(OnnxExport, GeometryIsInTheAttributes) {
  std::map<std::string, std::vector<int64_t>> lists;
  for (const onnx::AttributeProto& attribute : producers_.at("conv.output").attribute()) {
    lists[attribute.name()] = {attribute.ints().begin(), attribute.ints().end()};
  }
  EXPECT_EQ(lists["kernel_shape"], (std::vector<int64_t>{3, 3}));
  EXPECT_EQ(lists["pads"], (std::vector<int64_t>{1, 1, 1, 1}));
  EXPECT_EQ(producers_.at("fc1.output").attribute(0).name(), "transB");
  EXPECT_EQ(producers_.at("fc1.output").attribute(0).i(), 1);
}

TEST_F(OnnxExport, WritesTheSameBytesToAFile) {
  const model_test::TemporaryDirectory directory;
  const std::string path = directory.string() + "/network.onnx";
  write_onnx(quantised_, path);
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(bytes, to_onnx(quantised_));
}

TEST_F(OnnxExport, UnwritableFile) {
  EXPECT_EQ(model_test::message_of([this] { write_onnx(quantised_, "/nonexistent/x.onnx"); }),
            "/nonexistent/x.onnx: cannot be written; name a file in a directory that exists and can be written");
}

TEST(WideOnnxExport, CodesAreInt16AndTheFileSaysHowManyBitsCount) {
  const FloatNetwork network = small_network(33);
  const Dataset images = labelled_images(network, 20, 34);
  for (const int bits : {12, 16}) {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(to_onnx(quantise(network, images, hw::OperandFormat{bits}))));
    EXPECT_EQ(model.opset_import(0).version(), 21);
    ASSERT_EQ(model.metadata_props_size(), 1);
    EXPECT_EQ(model.metadata_props(0).key(), "operand_bits");
    EXPECT_EQ(model.metadata_props(0).value(), std::to_string(bits));
    int int16_constants = 0;
    for (const onnx::TensorProto& tensor : model.graph().initializer()) {
      EXPECT_NE(tensor.data_type(), onnx::TensorProto::INT8) << tensor.name();
      int16_constants += tensor.data_type() == onnx::TensorProto::INT16 ? 1 : 0;
    }
    EXPECT_EQ(int16_constants, 13);  // codes and zero points of three layers' weights, and seven roundings
  }
}

}  // namespace
}  // namespace faultline::model
