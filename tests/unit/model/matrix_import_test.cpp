#include <algorithm>
#include <cmath>
#include <functional>

#include "gtest/gtest.h"
#include "inference.h"

namespace faultline::model {
namespace {

/// Gemm of 20 inputs and 5 outputs.
std::string gemm(GraphBuilder& graph, const std::string& value) {
  const std::string weights = graph.dequantise(graph.constant({5, 20}, random_codes(100, 3)), 0.01F, 0);
  const std::string product = graph.node("Gemm", {value, weights});
  graph.set("transB", int64_t{1});
  return product;
}

std::vector<double> gemm_reference(const std::function<double(double)>& function, double gain = 1.0) {
  const auto sample = random_sample(20);
  const auto codes = random_codes(100, 3);
  std::vector<double> real;
  for (size_t n = 0; n < 5; ++n) {
    double sum = 0;
    for (size_t k = 0; k < 20; ++k) {
      sum += codes[n * 20 + k] * static_cast<double>(0.01F) * static_cast<double>(sample[k]);
    }
    real.push_back(function(gain * sum));
  }
  return real;
}

TEST(MatrixImport, ActivationsFoldIntoTheLayerBefore) {
  const auto with = [](const std::function<std::string(GraphBuilder&, const std::string&)>& after) {
    return run_quantised(
        {20}, [&](GraphBuilder& graph, const std::string& value) { return after(graph, gemm(graph, value)); });
  };
  const auto layer = [](const Inference& result) -> const MatrixOperator& {
    for (const auto& step : result.network->operators) {
      if (const auto* matrix = dynamic_cast<const MatrixOperator*>(step.get())) {
        return *matrix;
      }
    }
    throw std::logic_error("no layer");
  };
  const Inference relu =
      with([](GraphBuilder& graph, const std::string& value) { return graph.node("Relu", {value}); });
  expect_quantised(relu.output, gemm_reference([](double x) { return std::max(x, 0.0); }));
  EXPECT_EQ(layer(relu).post.low, kOutputZero);
  EXPECT_EQ(relu.on_host(), 2U);
  const Inference clip = with([](GraphBuilder& graph, const std::string& value) {
    return graph.node("Clip", {value, graph.scalar(-0.5F), graph.scalar(1.5F)});
  });
  expect_quantised(clip.output, gemm_reference([](double x) { return std::clamp(x, -0.5, 1.5); }));
  EXPECT_EQ(layer(clip).post.low, kOutputZero - 10);
  EXPECT_EQ(layer(clip).post.high, kOutputZero + 30);
  const Inference pair = with([](GraphBuilder& graph, const std::string& value) {
    return graph.node("Relu", {graph.requantise(value, kOutputScale, kOutputZero)});
  });
  expect_quantised(pair.output, gemm_reference([](double x) { return std::max(x, 0.0); }));
  EXPECT_EQ(layer(pair).post.low, kOutputZero);
  EXPECT_TRUE(layer(pair).post.table.empty());
  const Inference table = with([](GraphBuilder& graph, const std::string& value) {
    return graph.node("Tanh", {graph.requantise(value, 0.03F, 2)});
  });
  EXPECT_EQ(layer(table).post.table.size(), 256U);
  EXPECT_EQ(table.on_host(), 2U);
  const Inference tanh_only =
      with([](GraphBuilder& graph, const std::string& value) { return graph.node("Tanh", {value}); });
  expect_quantised(tanh_only.output, gemm_reference([](double x) { return std::tanh(x); }));
}

TEST(MatrixImport, ScalesAndBiasesFoldIntoTheLayerBefore) {
  const std::vector<float> gain = {1.5F, -0.5F, 0.0F, 2.0F, -1.0F};  // negative and zero gains too
  const std::vector<float> offset = {0.1F, 0.2F, -0.3F, 0.4F, 0.5F};
  const Inference result = run_quantised({20}, [&](GraphBuilder& graph, const std::string& value) {
    const std::string scaled = graph.node("Mul", {graph.constant({1, 5}, gain), gemm(graph, value)});
    return graph.node("Add", {scaled, graph.constant({5}, offset)});
  });
  auto expected = gemm_reference([](double x) { return x; });
  for (size_t n = 0; n < 5; ++n) {
    expected[n] = expected[n] * static_cast<double>(gain[n]) + static_cast<double>(offset[n]);
  }
  expect_quantised(result.output, expected);
  EXPECT_EQ(result.on_host(), 2U);
  EXPECT_EQ(result.on_array(), 1U);
}

TEST(MatrixImport, BatchNormalizationFoldsOrStandsAlone) {
  const auto parameters = [](GraphBuilder& graph, const std::string& value) {
    const std::string normalised =
        graph.node("BatchNormalization", {value, graph.constant({2}, std::vector<float>{1.2F, 0.7F}),
                                          graph.constant({2}, std::vector<float>{0.1F, -0.2F}),
                                          graph.constant({2}, std::vector<float>{0.3F, -0.4F}),
                                          graph.constant({2}, std::vector<float>{0.5F, 2.0F})});
    graph.set("epsilon", 0.01F);
    return normalised;
  };
  const auto reference = [](double x, size_t channel) {
    return channel == 0 ? 1.2 * (x - 0.3) / std::sqrt(0.51) + 0.1 : 0.7 * (x + 0.4) / std::sqrt(2.01) - 0.2;
  };
  const Inference alone = run_quantised({2, 6, 6}, parameters);
  const Inference folded = run_quantised({2, 6, 6}, [&](GraphBuilder& graph, const std::string& value) {
    const std::vector<int8_t> diagonal = {100, 0, 0, 50};
    const std::string weights = graph.dequantise(graph.constant({2, 2, 1, 1}, diagonal), 0.01F, 0);
    return parameters(graph, graph.node("Conv", {value, weights}));
  });
  std::vector<double> expected_alone;
  std::vector<double> expected_folded;
  const auto sample = random_sample(72);
  for (size_t i = 0; i < 72; ++i) {
    expected_alone.push_back(reference(static_cast<double>(sample[i]), i / 36));
    expected_folded.push_back(reference(static_cast<double>(sample[i]) * (i < 36 ? 1.0 : 0.5), i / 36));
  }
  expect_quantised(alone.output, expected_alone);
  expect_quantised(folded.output, expected_folded);
  EXPECT_EQ(folded.on_host(), 2U);
}

TEST(MatrixImport, FloatResultsOfLayersAreDequantisedOnTheHost) {
  GraphBuilder graph({20});
  const std::string product = gemm(graph, graph.requantise("input", kInputScale, kInputZero));
  graph.node("Add", {product, graph.constant({5}, std::vector<float>{0.123F, 0.2F, 0.3F, 0.4F, 0.5F})}, "output");
  const Inference result = run(graph, random_sample(20));
  const auto expected = gemm_reference([](double x) { return x; });
  const double offsets[] = {0.123, 0.2, 0.3, 0.4, 0.5};
  for (size_t n = 0; n < 5; ++n) {
    EXPECT_NEAR(static_cast<double>(result.output[n]), expected[n] + offsets[n], 1e-5);
  }
  EXPECT_EQ(result.on_array(), 1U);
}

TEST(MatrixImport, MatMulTakesAnyLeadingExtents) {
  const auto codes = random_codes(12, 4);
  const Inference result = run_quantised({5, 4}, [&](GraphBuilder& graph, const std::string& value) {
    return graph.node("MatMul", {value, graph.dequantise(graph.constant({4, 3}, codes), 0.01F, 0)});
  });
  const auto sample = random_sample(20);
  std::vector<double> expected;
  for (size_t row = 0; row < 5; ++row) {
    for (size_t column = 0; column < 3; ++column) {
      double sum = 0;
      for (size_t k = 0; k < 4; ++k) {
        sum += static_cast<double>(sample[row * 4 + k]) * codes[k * 3 + column] * static_cast<double>(0.01F);
      }
      expected.push_back(sum);
    }
  }
  expect_quantised(result.output, expected);
  EXPECT_EQ(result.on_array(), 1U);
}

TEST(MatrixImport, WeightsThatAreFloatsBehindAQuantisation) {
  std::vector<float> weights;
  for (const int8_t code : random_codes(100, 3)) {
    weights.push_back(static_cast<float>(code) * 0.01F);
  }
  const Inference result = run_quantised({20}, [&](GraphBuilder& graph, const std::string& value) {
    const std::string quantised = graph.requantise(graph.constant({5, 20}, weights), 0.01F, 0);
    const std::string transposed = graph.node("Transpose", {quantised});
    graph.set("perm", std::vector<int64_t>{1, 0});
    return graph.node("MatMul", {value, transposed});
  });
  expect_quantised(result.output, gemm_reference([](double x) { return x; }));
  EXPECT_EQ(result.on_array(), 1U);
}

TEST(MatrixImport, LayersWithFloatWeightsRunOnTheHost) {
  const auto weights = random_reals(100, 0.5F, 6);
  const Inference result = run_quantised({20}, [&](GraphBuilder& graph, const std::string& value) {
    const std::string product = graph.node("Gemm", {value, graph.constant({5, 20}, weights)});
    graph.set("transB", int64_t{1}).set("alpha", 0.5F);
    return product;
  });
  const auto sample = random_sample(20);
  std::vector<double> expected;
  for (size_t n = 0; n < 5; ++n) {
    double sum = 0;
    for (size_t k = 0; k < 20; ++k) {
      sum += 0.5 * static_cast<double>(weights[n * 20 + k]) * static_cast<double>(sample[k]);
    }
    expected.push_back(sum);
  }
  expect_quantised(result.output, expected);
  EXPECT_EQ(result.on_array(), 0U);
}

TEST(MatrixImport, DeadChannelsWithTinyScalesKeepTheirBias) {
  const Inference result = run_quantised({2, 1, 1}, [](GraphBuilder& graph, const std::string& value) {
    const std::string weights =
        graph.node("DequantizeLinear", {graph.constant({3, 2, 1, 1}, std::vector<int8_t>{50, 60, 1, 2, 3, 4}),
                                        graph.constant({3}, std::vector<float>{0.01F, 1e-30F, 0.0F}),
                                        graph.constant({3}, std::vector<int8_t>{0, 0, 0})});
    graph.set("axis", int64_t{0});
    const std::string value_out =
        graph.node("Conv", {value, weights, graph.constant({3}, std::vector<float>{0.5F, 0.75F, -1.25F})});
    return value_out;
  });
  const auto sample = random_sample(2);
  expect_quantised(result.output,
                   {0.5 * static_cast<double>(sample[0]) + 0.6 * static_cast<double>(sample[1]) + 0.5, 0.75, -1.25});
}

TEST(MatrixImport, QuantisedGemmWithAndWithoutAnOutputScale) {
  const auto with = [](bool quantised) {
    GraphBuilder graph({20});
    const std::string input = graph.quantise("input", kInputScale, kInputZero);
    std::vector<std::string> inputs = {input,
                                       graph.scalar(kInputScale),
                                       graph.zero(kInputZero, false),
                                       graph.constant({5, 20}, random_codes(100, 3)),
                                       graph.scalar(0.01F),
                                       graph.zero(0, false),
                                       graph.constant({5}, std::vector<int32_t>(5, 500))};
    if (quantised) {
      inputs.push_back(graph.scalar(kOutputScale));
      inputs.push_back(graph.zero(kOutputZero, false));
    }
    const std::string product = graph.node("QGemm", inputs, quantised ? "" : "output");
    graph.graph().mutable_node(graph.graph().node_size() - 1)->set_domain("com.microsoft");
    graph.set("transB", int64_t{1});
    if (quantised) {
      graph.dequantise(product, kOutputScale, kOutputZero, false, "output");
    }
    return run(graph, random_sample(20)).output;
  };
  const auto expected = gemm_reference([](double x) { return x + 500 * 0.02 * 0.01; });
  expect_quantised(with(true), expected);
  const auto real = with(false);
  for (size_t n = 0; n < 5; ++n) {
    EXPECT_NEAR(static_cast<double>(real[n]), expected[n], 1e-5);
  }
}

TEST(MatrixImport, IntegerLayersGiveAccumulators) {
  GraphBuilder graph({4}, onnx::TensorProto::UINT8);
  const std::string product =
      graph.node("MatMulInteger", {"input", graph.constant({4, 2}, std::vector<int8_t>{1, 2, 3, 4, 5, 6, 7, 8}),
                                   graph.zero(100, true), graph.zero(1, false)});
  graph.node("Cast", {product}, "output");
  graph.set("to", int64_t{onnx::TensorProto::FLOAT});
  const Inference result = run(graph, std::vector<int8_t>{-128, 127, 0, 5});  // the file's 0, 255, 128, 133
  EXPECT_EQ(result.output,
            (std::vector<float>{-100 * 0 + 155 * 2 + 28 * 4 + 33 * 6, -100 * 1 + 155 * 3 + 28 * 5 + 33 * 7}));
}

}  // namespace
}  // namespace faultline::model
