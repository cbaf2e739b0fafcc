#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>

#include "gtest/gtest.h"
#include "inference.h"

namespace faultline::model {
namespace {

struct UnaryCase {
  std::string type;
  std::function<double(double)> function;
};

void PrintTo(const UnaryCase& printed, std::ostream* stream) {
  *stream << printed.type;
}

class UnaryOperators : public testing::TestWithParam<UnaryCase> {};

TEST_P(UnaryOperators, AreTablesBetweenQuantisations) {
  const Inference result = run_quantised(
      {300}, [](GraphBuilder& graph, const std::string& value) { return graph.node(GetParam().type, {value}); });
  expect_quantised(result.output, map_sample(300, GetParam().function));
  EXPECT_EQ(result.on_host(), 3U);
}

TEST_P(UnaryOperators, AreComputedInFloatOtherwise) {
  GraphBuilder graph({300});
  graph.node(GetParam().type, {"input"}, "output");
  const Inference result = run(graph, random_sample(300));
  const auto expected = map_sample(300, GetParam().function);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(result.output[i]), expected[i], 1e-5 * (1.0 + std::abs(expected[i])));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Functions, UnaryOperators,
    testing::Values(UnaryCase{"Tanh", [](double x) { return std::tanh(x); }},
                    UnaryCase{"Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
                    UnaryCase{"Relu", [](double x) { return std::max(x, 0.0); }},
                    UnaryCase{"LeakyRelu", [](double x) { return x < 0 ? 0.01 * x : x; }},
                    UnaryCase{"Elu", [](double x) { return x < 0 ? std::exp(x) - 1 : x; }},
                    UnaryCase{"HardSigmoid", [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
                    UnaryCase{"HardSwish", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
                    UnaryCase{"Softplus", [](double x) { return std::log(1 + std::exp(x)); }},
                    UnaryCase{"Abs", [](double x) { return std::abs(x); }},
                    UnaryCase{"Neg", [](double x) { return -x; }},
                    UnaryCase{"Exp", [](double x) { return std::exp(x); }},
                    UnaryCase{"Erf", [](double x) { return std::erf(x); }}),
    [](const auto& parameter) { return parameter.param.type; });

TEST(OperatorImport, SumsAndProductsOfCodesAreIntegers) {
  const auto with = [](const std::string& type) {
    return run_quantised({2, 50}, [&](GraphBuilder& graph, const std::string& value) {
      return graph.node(type, {value, graph.requantise(graph.node("Tanh", {value}), 0.01F, 5)});
    });
  };
  const auto tanh_code = [](double x) {
    return std::clamp(std::nearbyint(std::tanh(x) / 0.01) + 5, -128.0, 127.0) * 0.01 - 0.05;
  };
  expect_quantised(with("Add").output, map_sample(100, [&](double x) { return x + tanh_code(x); }));
  expect_quantised(with("Sub").output, map_sample(100, [&](double x) { return x - tanh_code(x); }));
  expect_quantised(with("Mul").output, map_sample(100, [&](double x) { return x * tanh_code(x); }));
}

TEST(OperatorImport, ConcatenationChangesScales) {
  const Inference result = run_quantised({2, 10}, [](GraphBuilder& graph, const std::string& value) {
    const std::string other = graph.requantise(graph.node("Neg", {value}), 0.03F, 1);
    const std::string joined = graph.node("Concat", {value, other});
    graph.set("axis", int64_t{2});
    return joined;
  });
  const auto sample = random_sample(20);
  std::vector<double> expected;
  for (size_t row = 0; row < 2; ++row) {
    for (size_t i = 0; i < 10; ++i) {
      expected.push_back(static_cast<double>(sample[row * 10 + i]));
    }
    for (size_t i = 0; i < 10; ++i) {
      const double code = std::nearbyint(-static_cast<double>(sample[row * 10 + i]) / static_cast<double>(0.03F));
      expected.push_back((std::clamp(code + 1, -128.0, 127.0) - 1) * static_cast<double>(0.03F));
    }
  }
  expect_quantised(result.output, expected);
}

/// Average of a window over one channel, padding excluded or counted.
std::vector<double> average(int size, int kernel, int stride, int pad, bool count_padding) {
  const auto sample = random_sample(static_cast<size_t>(size * size));
  const int out = (size + 2 * pad - kernel) / stride + 1;
  std::vector<double> result;
  for (int y = 0; y < out; ++y) {
    for (int x = 0; x < out; ++x) {
      double sum = 0;
      int count = 0;
      for (int ky = 0; ky < kernel; ++ky) {
        for (int kx = 0; kx < kernel; ++kx) {
          const int row = y * stride + ky - pad;
          const int column = x * stride + kx - pad;
          const bool inside = row >= 0 && row < size && column >= 0 && column < size;
          sum += inside ? static_cast<double>(sample[static_cast<size_t>(row * size + column)]) : 0.0;
          count += inside || count_padding ? 1 : 0;
        }
      }
      result.push_back(sum / count);
    }
  }
  return result;
}

TEST(OperatorImport, AveragesRunInThePoolingUnitWhereWindowsCountAlike) {
  const auto with = [](int kernel, int stride, int pad, bool count_padding) {
    return run_quantised({1, 12, 12}, [=](GraphBuilder& graph, const std::string& value) {
      const std::string pooled = graph.node("AveragePool", {value});
      graph.set("kernel_shape", std::vector<int64_t>{kernel, kernel})
          .set("strides", std::vector<int64_t>{stride, stride});
      graph.set("pads", std::vector<int64_t>(4, pad)).set("count_include_pad", int64_t{count_padding ? 1 : 0});
      return pooled;
    });
  };
  const Inference plain = with(3, 3, 0, false);
  expect_quantised(plain.output, average(12, 3, 3, 0, false));
  EXPECT_EQ(plain.pooled(), 1U);
  const Inference counted = with(3, 1, 1, true);
  expect_quantised(counted.output, average(12, 3, 1, 1, true));
  EXPECT_EQ(counted.pooled(), 1U);
  const Inference excluded = with(3, 1, 1, false);
  expect_quantised(excluded.output, average(12, 3, 1, 1, false));
  EXPECT_EQ(excluded.pooled(), 0U);
}

TEST(OperatorImport, GlobalAveragesAndMeans) {
  const auto sample = random_sample(98);
  std::vector<double> expected;
  for (size_t channel = 0; channel < 2; ++channel) {
    double sum = 0;
    for (size_t i = 0; i < 49; ++i) {
      sum += static_cast<double>(sample[channel * 49 + i]);
    }
    expected.push_back(sum / 49);
  }
  const Inference global = run_quantised({2, 7, 7}, [](GraphBuilder& graph, const std::string& value) {
    return graph.node("Flatten", {graph.node("GlobalAveragePool", {value})});
  });
  expect_quantised(global.output, expected);
  const Inference mean = run_quantised({2, 7, 7}, [](GraphBuilder& graph, const std::string& value) {
    const std::string reduced = graph.node("ReduceMean", {value});
    graph.set("axes", std::vector<int64_t>{-2, -1}).set("keepdims", int64_t{0});
    return reduced;
  });
  expect_quantised(mean.output, expected);
  EXPECT_EQ(mean.pooled(), 1U);
  EXPECT_EQ(mean.network->tensor(mean.network->graph_outputs[0]).shape, (Shape{2}));
}

TEST(OperatorImport, MaximaKeepTheirCodes) {
  const Inference result = run_quantised({1, 8, 8}, [](GraphBuilder& graph, const std::string& value) {
    const std::string pooled = graph.node("MaxPool", {value});
    graph.set("kernel_shape", std::vector<int64_t>{3, 3}).set("strides", std::vector<int64_t>{2, 2});
    graph.set("auto_pad", std::string("SAME_UPPER"));
    return pooled;
  });
  const auto sample = random_sample(64);
  std::vector<double> expected;
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) {
      double most = -1e9;
      for (int row = 2 * y; row < std::min(8, 2 * y + 3); ++row) {
        for (int column = 2 * x; column < std::min(8, 2 * x + 3); ++column) {
          most = std::max(most, static_cast<double>(sample[static_cast<size_t>(row * 8 + column)]));
        }
      }
      expected.push_back(most);
    }
  }
  expect_quantised(result.output, expected);
  EXPECT_EQ(result.pooled(), 1U);
}

TEST(OperatorImport, SoftmaxNormalisesInDouble) {
  GraphBuilder graph({6});
  graph.node("Softmax", {graph.requantise("input", kInputScale, kInputZero)}, "output");
  graph.set("axis", int64_t{1});
  const Inference result = run(graph, random_sample(6));
  const auto sample = random_sample(6);
  double sum = 0;
  for (const float value : sample) {
    sum += std::exp(static_cast<double>(value));
  }
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(static_cast<double>(result.output[i]), std::exp(static_cast<double>(sample[i])) / sum, 1e-7);
  }
}

TEST(OperatorImport, ShapeChainsOfExportersAreConstants) {
  const Inference result = run_quantised({2, 3, 3}, [](GraphBuilder& graph, const std::string& value) {
    const std::string shape = graph.node("Shape", {value});
    const std::string first = graph.node("Gather", {shape, graph.constant({}, std::vector<int64_t>{0})});
    const std::string batch = graph.node("Unsqueeze", {first, graph.constant({1}, std::vector<int64_t>{0})});
    const std::string target = graph.node("Concat", {batch, graph.constant({1}, std::vector<int64_t>{-1})});
    graph.set("axis", int64_t{0});
    return graph.node("Reshape", {value, target});
  });
  expect_quantised(result.output, map_sample(18, [](double x) { return x; }));
  EXPECT_EQ(result.network->tensor(result.network->graph_outputs[0]).shape, (Shape{18}));
}

TEST(OperatorImport, ValuesMoveAsTheirIndicesSay) {
  const auto sample = random_sample(24);
  const auto expect_moved = [&](const Inference& result, const std::vector<int>& order) {
    std::vector<double> expected;
    for (const int from : order) {
      expected.push_back(from < 0 ? 0.0 : static_cast<double>(sample[static_cast<size_t>(from)]));
    }
    expect_quantised(result.output, expected);
  };
  expect_moved(run_quantised({2, 3, 4},
                             [](GraphBuilder& graph, const std::string& value) {
                               const std::string moved = graph.node("Transpose", {value});
                               graph.set("perm", std::vector<int64_t>{0, 3, 1, 2});
                               return moved;
                             }),
               {0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23});
  expect_moved(
      run_quantised({2, 3, 4},
                    [](GraphBuilder& graph, const std::string& value) {
                      const auto list = [&graph](std::vector<int64_t> values) {
                        return graph.constant({static_cast<int64_t>(values.size())}, values);
                      };
                      return graph.node("Slice", {value, list({1, -1}), list({2, -5}), list({1, 3}), list({1, -2})});
                    }),
      {15, 13, 19, 17, 23, 21});
  expect_moved(run_quantised({24},
                             [](GraphBuilder& graph, const std::string& value) {
                               return graph.node("Pad", {value, graph.constant({4}, std::vector<int64_t>{0, 2, 0, 1}),
                                                         graph.scalar(0.0F)});
                             }),
               {-1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, -1});
}

TEST(OperatorImport, FixedBatchesAreDropped) {
  GraphBuilder graph({2, 4});
  graph.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(
      8);
  const std::string input = graph.requantise("input", kInputScale, kInputZero);
  graph.node("Reshape", {input, graph.constant({2}, std::vector<int64_t>{8, 8})}, "output");
  const Inference result = run(graph, random_sample(8));
  EXPECT_EQ(result.network->tensor(result.network->graph_outputs[0]).shape, (Shape{8}));
  EXPECT_EQ(result.output.size(), 8U);
}

}  // namespace
}  // namespace faultline::model
