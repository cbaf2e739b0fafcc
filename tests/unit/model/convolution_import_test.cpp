#include <algorithm>
#include <cmath>
#include <functional>
#include <ostream>

#include "gtest/gtest.h"
#include "inference.h"

namespace faultline::model {
namespace {

/// Convolution in double over (channels, height, width); weights (out, group in, kernel, kernel).
std::vector<double> convolve(const std::vector<float>& input, int channels, int size,
                             const std::vector<double>& weights, const std::vector<float>& bias, int kernel, int stride,
                             int pad, int dilation, int groups) {
  const int outputs = static_cast<int>(bias.size());
  const int depth = channels / groups;
  const int out = (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  std::vector<double> result;
  for (int n = 0; n < outputs; ++n) {
    for (int y = 0; y < out; ++y) {
      for (int x = 0; x < out; ++x) {
        double sum = static_cast<double>(bias[static_cast<size_t>(n)]);
        for (int c = 0; c < depth; ++c) {
          for (int ky = 0; ky < kernel; ++ky) {
            for (int kx = 0; kx < kernel; ++kx) {
              const int row = y * stride + ky * dilation - pad;
              const int column = x * stride + kx * dilation - pad;
              if (row >= 0 && row < size && column >= 0 && column < size) {
                const int channel = n / (outputs / groups) * depth + c;
                sum += weights[static_cast<size_t>(((n * depth + c) * kernel + ky) * kernel + kx)] *
                       static_cast<double>(input[static_cast<size_t>((channel * size + row) * size + column)]);
              }
            }
          }
        }
        result.push_back(sum);
      }
    }
  }
  return result;
}

struct ConvolutionCase {
  std::string name;
  bool per_channel, unsigned_input, unsigned_weights;
  int weight_zero, stride, pad, dilation, groups;
};

void PrintTo(const ConvolutionCase& printed, std::ostream* stream) {
  *stream << printed.name;
}

class Convolutions : public testing::TestWithParam<ConvolutionCase> {
 protected:
  static constexpr int kChannels = 4, kOutputs = 6, kSize = 9, kKernel = 3;

  size_t weight_count() const {
    return static_cast<size_t>(kOutputs * (kChannels / GetParam().groups) * kKernel * kKernel);
  }
  std::vector<float> weight_scales() const {
    std::vector<float> scales;
    for (int n = 0; n < (GetParam().per_channel ? kOutputs : 1); ++n) {
      scales.push_back(0.004F + 0.001F * static_cast<float>(n));
    }
    return scales;
  }
  std::vector<double> real_weights() const {
    const auto codes = random_codes(weight_count(), 1);
    const auto scales = weight_scales();
    std::vector<double> real;
    for (size_t i = 0; i < codes.size(); ++i) {
      const size_t n = scales.size() == 1 ? 0 : i / (weight_count() / kOutputs);
      const int code = codes[i] + (GetParam().unsigned_weights ? 128 : 0) - GetParam().weight_zero;
      real.push_back(code * static_cast<double>(scales[n]));
    }
    return real;
  }
  std::vector<std::string> weight_inputs(GraphBuilder& graph) const {
    const auto codes = random_codes(weight_count(), 1);
    const std::vector<int64_t> extents = {kOutputs, kChannels / GetParam().groups, kKernel, kKernel};
    const auto scales = weight_scales();
    const auto count = static_cast<int64_t>(scales.size());
    const std::vector<int64_t> per = count == 1 ? std::vector<int64_t>{} : std::vector<int64_t>{count};
    if (!GetParam().unsigned_weights) {
      return {graph.constant(extents, codes), graph.constant(per, scales),
              graph.constant(per, std::vector<int8_t>(scales.size(), static_cast<int8_t>(GetParam().weight_zero)))};
    }
    std::vector<uint8_t> raised;
    for (const int8_t code : codes) {
      raised.push_back(static_cast<uint8_t>(code + 128));
    }
    return {graph.constant(extents, raised), graph.constant(per, scales),
            graph.constant(per, std::vector<uint8_t>(scales.size(), static_cast<uint8_t>(GetParam().weight_zero)))};
  }
  void set_window(GraphBuilder& graph) const {
    const ConvolutionCase& c = GetParam();
    const auto twice = [](int value) { return std::vector<int64_t>{value, value}; };
    graph.set("strides", twice(c.stride)).set("dilations", twice(c.dilation)).set("group", int64_t{c.groups});
    graph.set("pads", std::vector<int64_t>{c.pad, c.pad, c.pad, c.pad});
  }
  int stored_zero(int zero) const { return zero + (GetParam().unsigned_input ? 128 : 0); }
  std::vector<double> expected(const std::vector<float>& bias) const {
    const ConvolutionCase& c = GetParam();
    return convolve(random_sample(kChannels * kSize * kSize), kChannels, kSize, real_weights(), bias, kKernel, c.stride,
                    c.pad, c.dilation, c.groups);
  }
};

TEST_P(Convolutions, QuantiseDequantiseForm) {
  const bool is_unsigned = GetParam().unsigned_input;
  GraphBuilder graph({kChannels, kSize, kSize});
  const std::string input = graph.requantise("input", kInputScale, stored_zero(kInputZero), is_unsigned);
  const std::string weights = graph.node("DequantizeLinear", weight_inputs(graph));
  graph.set("axis", int64_t{0});
  const auto bias = random_reals(kOutputs, 1.0F, 2);
  const std::string value = graph.node("Conv", {input, weights, graph.constant({kOutputs}, bias)});
  set_window(graph);
  graph.requantise(value, kOutputScale, stored_zero(kOutputZero), is_unsigned, "output");
  const Inference result = run(graph, random_sample(kChannels * kSize * kSize));
  expect_quantised(result.output, expected(bias));
  EXPECT_EQ(result.on_array(), 1U);
  EXPECT_EQ(result.on_host(), 2U);  // quantisation of the input, dequantisation of the output
}

TEST_P(Convolutions, OperatorForm) {
  const bool is_unsigned = GetParam().unsigned_input;
  GraphBuilder graph({kChannels, kSize, kSize});
  const std::string input = graph.quantise("input", kInputScale, stored_zero(kInputZero), is_unsigned);
  std::vector<int32_t> bias_codes;
  std::vector<float> bias;
  const auto scales = weight_scales();
  for (int n = 0; n < kOutputs; ++n) {
    bias_codes.push_back(1000 * n - 2500);
    bias.push_back(static_cast<float>(bias_codes.back()) * kInputScale *
                   scales[scales.size() == 1 ? 0 : static_cast<size_t>(n)]);
  }
  std::vector<std::string> inputs = {input, graph.scalar(kInputScale),
                                     graph.zero(stored_zero(kInputZero), is_unsigned)};
  for (const std::string& weight : weight_inputs(graph)) {
    inputs.push_back(weight);
  }
  inputs.push_back(graph.scalar(kOutputScale));
  inputs.push_back(graph.zero(stored_zero(kOutputZero), is_unsigned));
  inputs.push_back(graph.constant({kOutputs}, bias_codes));
  const std::string value = graph.node("QLinearConv", inputs);
  set_window(graph);
  graph.dequantise(value, kOutputScale, stored_zero(kOutputZero), is_unsigned, "output");
  expect_quantised(run(graph, random_sample(kChannels * kSize * kSize)).output, expected(bias));
}

INSTANTIATE_TEST_SUITE_P(Forms, Convolutions,
                         testing::Values(ConvolutionCase{"Plain", false, false, false, 0, 1, 0, 1, 1},
                                         ConvolutionCase{"PerChannel", true, false, false, 0, 1, 1, 1, 1},
                                         ConvolutionCase{"UnsignedInput", true, true, false, 0, 2, 1, 1, 1},
                                         ConvolutionCase{"WeightZeroPoint", false, false, false, 11, 1, 2, 1, 1},
                                         ConvolutionCase{"UnsignedWeights", false, true, true, 120, 1, 1, 1, 1},
                                         ConvolutionCase{"UnsignedWeightsFarZero", true, true, true, 0, 1, 1, 1, 1},
                                         ConvolutionCase{"Groups", true, false, false, 0, 1, 1, 1, 2},
                                         ConvolutionCase{"Dilation", true, false, false, 0, 1, 2, 2, 1},
                                         ConvolutionCase{"StrideAndGroups", false, true, false, -3, 2, 1, 2, 2}),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline::model
