#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "gmock/gmock.h"
#include "graph_builder.h"
#include "gtest/gtest.h"
#include "sim/config/user_error.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/onnx_import.h"

namespace faultline::model {
namespace {

using testing::HasSubstr;

/// A small network with a bit of everything: convolution, activation, residual addition, pooling, reshape, Gemm.
GraphBuilder small_network() {
  GraphBuilder graph({2, 6, 6});
  const std::string input = graph.requantise("input", 0.02F, 3, true);
  std::vector<int8_t> codes(2 * 2 * 3 * 3);
  for (size_t i = 0; i < codes.size(); ++i) {
    codes[i] = static_cast<int8_t>(7 * i - 100);
  }
  const std::string weights = graph.dequantise(graph.constant({2, 2, 3, 3}, codes), 0.01F, 0);
  std::string value = graph.node("Conv", {input, weights, graph.constant({2}, std::vector<float>{0.1F, -0.2F})});
  graph.set("pads", std::vector<int64_t>{1, 1, 1, 1});
  value = graph.requantise(graph.node("Relu", {value}), 0.03F, 0, true);
  value = graph.requantise(graph.node("Add", {value, input}), 0.04F, 10, true);
  value = graph.node("MaxPool", {value});
  graph.set("kernel_shape", std::vector<int64_t>{2, 2}).set("strides", std::vector<int64_t>{2, 2});
  value = graph.node("Reshape", {value, graph.constant({2}, std::vector<int64_t>{0, -1})});
  const std::string matrix = graph.dequantise(graph.constant({3, 18}, std::vector<int8_t>(3 * 18, 5)), 0.02F, 0);
  value = graph.node("Gemm", {value, matrix});
  graph.set("transB", int64_t{1});
  graph.requantise(value, 0.05F, -4, false, "output");
  return graph;
}

std::string import_refusal(const std::string& path) {
  try {
    import_onnx(path);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

std::string import_refusal(const GraphBuilder& graph) {
  return import_refusal(graph.save());
}

/// Imports what `change` makes of the small network and returns the error.
std::string message_after(const std::function<void(onnx::GraphProto&)>& change) {
  GraphBuilder graph = small_network();
  change(graph.graph());
  return import_refusal(graph);
}

onnx::NodeProto& node_of_type(onnx::GraphProto& graph, const std::string& type) {
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() == type) {
      return node;
    }
  }
  throw std::logic_error("no such node");
}

onnx::TensorProto* convolution_weights(onnx::GraphProto& graph) {
  for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
    if (tensor.dims_size() == 4) {
      return &tensor;
    }
  }
  throw std::logic_error("no such tensor");
}

TEST(ImportErrors, SmallNetworkItselfIsFine) {
  EXPECT_EQ(import_refusal(small_network()), "no error");
}

TEST(ImportErrors, FilesThatAreNoModels) {
  EXPECT_THAT(import_refusal("/nonexistent/model.onnx"), HasSubstr("/nonexistent/model.onnx: cannot be read"));
  EXPECT_THAT(import_refusal(GraphBuilder::save_bytes("\x89PNG\r\n\x1a\n not a model")),
              HasSubstr("is not an ONNX model"));
  EXPECT_THAT(import_refusal(GraphBuilder::save_bytes("")), HasSubstr("is empty"));
}

TEST(ImportErrors, OperatorsThatAreNotSupportedAreNamed) {
  const std::string message =
      message_after([](auto& graph) { node_of_type(graph, "MaxPool").set_op_type("NonMaxSuppression"); });
  EXPECT_THAT(message, HasSubstr("(NonMaxSuppression) is not supported"));
  EXPECT_THAT(message, HasSubstr("node 'node"));
  EXPECT_THAT(message_after([](auto& graph) { node_of_type(graph, "Relu").set_domain("com.example"); }),
              HasSubstr("(com.example.Relu) is not supported"));
}

TEST(ImportErrors, GraphsThatDoNotHangTogether) {
  EXPECT_THAT(message_after([](auto& graph) { node_of_type(graph, "Conv").set_input(1, "absent"); }),
              HasSubstr("reads 'absent', which nothing writes"));
  EXPECT_THAT(message_after([](auto& graph) {
                node_of_type(graph, "Conv").set_input(0, node_of_type(graph, "MaxPool").output(0));
              }),
              HasSubstr("the graph has a cycle"));
  EXPECT_THAT(message_after([](auto& graph) { graph.mutable_output(0)->set_name("absent"); }),
              HasSubstr("declares output 'absent'"));
  EXPECT_THAT(message_after([](auto& graph) { graph.clear_output(); }), HasSubstr("has no output"));
  EXPECT_THAT(message_after([](auto& graph) { graph.clear_input(); }), HasSubstr("has no input"));
  EXPECT_THAT(message_after([](auto& graph) {
                node_of_type(graph, "Relu").set_output(0, node_of_type(graph, "Conv").output(0));
              }),
              HasSubstr("which something else writes too"));
  EXPECT_THAT(message_after([](auto& graph) {
                *graph.add_input() = graph.input(0);
                graph.mutable_input(1)->set_name("other");
              }),
              HasSubstr("networks with one input"));
}

TEST(ImportErrors, InputsOfUnknownShapeOrType) {
  const auto tensor_type = [](onnx::GraphProto& graph) {
    return graph.mutable_input(0)->mutable_type()->mutable_tensor_type();
  };
  EXPECT_THAT(
      message_after([&](auto& graph) { tensor_type(graph)->mutable_shape()->mutable_dim(2)->set_dim_param("H"); }),
      HasSubstr("leaves extent 2 free"));
  EXPECT_THAT(message_after([&](auto& graph) { tensor_type(graph)->clear_shape(); }),
              HasSubstr("does not declare the shape of its input"));
  EXPECT_THAT(message_after([&](auto& graph) { tensor_type(graph)->set_elem_type(onnx::TensorProto::STRING); }),
              HasSubstr("has element type 8"));
  EXPECT_THAT(message_after([&](auto& graph) {
                tensor_type(graph)->mutable_shape()->mutable_dim(2)->set_dim_value(int64_t{1} << 40);
              }),
              HasSubstr("extents lie between 0 and 2^28"));
}

TEST(ImportErrors, TensorsThatContradictTheirShape) {
  EXPECT_THAT(message_after([](auto& graph) { convolution_weights(graph)->mutable_raw_data()->pop_back(); }),
              HasSubstr("the file is truncated or damaged"));
  EXPECT_THAT(message_after([](auto& graph) { convolution_weights(graph)->set_dims(0, 1 << 20); }),
              HasSubstr("where its shape needs"));
  EXPECT_THAT(message_after([](auto& graph) { convolution_weights(graph)->set_dims(0, -3); }),
              HasSubstr("has extent -3"));
  EXPECT_THAT(
      message_after([](auto& graph) { convolution_weights(graph)->set_data_location(onnx::TensorProto::EXTERNAL); }),
      HasSubstr("keeps its data in another file"));
}

TEST(ImportErrors, ScalesAndZeroPointsThatCannotBe) {
  const auto with_scale = [](float scale) {
    GraphBuilder graph({4});
    graph.requantise("input", scale, 0, false, "output");
    return import_refusal(graph);
  };
  EXPECT_THAT(with_scale(-0.5F), HasSubstr("scales are positive numbers"));
  EXPECT_THAT(with_scale(0.0F), HasSubstr("scale 0"));
  EXPECT_THAT(with_scale(NAN), HasSubstr("scales are positive numbers"));
  GraphBuilder computed({4});
  computed.node("QuantizeLinear", {"input", "input"}, "output");
  EXPECT_THAT(import_refusal(computed), HasSubstr("computes its scale at run time"));
  GraphBuilder sixteen({4});
  sixteen.node("QuantizeLinear", {"input", sixteen.scalar(1.0F), sixteen.constant({}, std::vector<int32_t>{0})},
               "output");
  EXPECT_THAT(import_refusal(sixteen), HasSubstr("something other than 8 or 16 bits"));
  GraphBuilder lacking({4});
  lacking.node("QuantizeLinear", {"input"}, "output");
  EXPECT_THAT(import_refusal(lacking), HasSubstr("lacks input 1"));
}

TEST(ImportErrors, LayersWhoseShapesDoNotFit) {
  EXPECT_THAT(message_after([](auto& graph) {
                auto& attribute = *node_of_type(graph, "Conv").add_attribute();
                attribute.set_name("group");
                attribute.set_i(2);
              }),
              HasSubstr("channels divide by the groups"));
  EXPECT_THAT(message_after([](auto& graph) { node_of_type(graph, "MaxPool").mutable_attribute(0)->set_ints(0, 60); }),
              HasSubstr("the window must fit into the padded input"));
  EXPECT_THAT(message_after([](auto& graph) { node_of_type(graph, "MaxPool").mutable_attribute(1)->set_ints(0, 0); }),
              HasSubstr("has unusable strides"));
  EXPECT_THAT(message_after([](auto& graph) { node_of_type(graph, "Gemm").clear_attribute(); }),
              HasSubstr("by a matrix of depth 3"));
  GraphBuilder transposed({2, 3});
  transposed.node("Transpose", {"input"}, "output");
  transposed.set("perm", std::vector<int64_t>{1, 0, 2});
  EXPECT_THAT(import_refusal(transposed), HasSubstr("moves the batch dimension"));
  GraphBuilder joined({2, 3});
  joined.node("Concat", {"input", "input"}, "output");
  joined.set("axis", int64_t{0});
  EXPECT_THAT(import_refusal(joined), HasSubstr("works along the batch dimension"));
}

/// Imports bytes that may be anything; a network that comes out must also run. Returns true for a UserError.
bool survives(const std::string& bytes) {
  const std::string path = GraphBuilder::save_bytes(bytes);
  try {
    const auto network = std::make_shared<Network>(import_onnx(path));
    const TensorInfo& info = network->tensor(network->graph_input);
    if (element_count(info.shape) > 100000 || network->tensors.size() > 200) {
      return false;
    }
    const auto count = static_cast<size_t>(element_count(info.shape));
    const Values input = info.type == ElementType::kFloat32 ? Values(std::vector<float>(count, 0.5F))
                                                            : Values(std::vector<int8_t>(count, 3));
    engine::FunctionalEngine(network, hw::Multiplier()).run(input);
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return true;
  }
  return false;
}

TEST(ImportErrors, TruncationAtEveryOffsetIsAnErrorOrANetwork) {
  const std::string bytes = small_network().bytes();
  size_t refused = 0;
  for (size_t length = 0; length < bytes.size(); ++length) {
    refused += survives(bytes.substr(0, length)) ? 1 : 0;
  }
  // Only the operator set, at the end, can be missing without loss, and its absence is an error of its own.
  EXPECT_GT(refused, bytes.size() - 20);
}

TEST(ImportErrors, FlippedBytesAreAnErrorOrANetwork) {
  const std::string bytes = small_network().bytes();
  constexpr unsigned kSeed = 21;
  std::mt19937 random(kSeed);
  size_t refused = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::string damaged = bytes;
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", trial " + std::to_string(trial));
    refused += survives(damaged) ? 1 : 0;
  }
  EXPECT_GT(refused, 1000U);
}

}  // namespace
}  // namespace faultline::model
