#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "graph_builder.h"
#include "gtest/gtest.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/onnx_import.h"

namespace faultline::model {

inline constexpr unsigned kSampleSeed = 31;
inline constexpr float kInputScale = 0.02F;
inline constexpr int kInputZero = 7;
inline constexpr float kOutputScale = 0.05F;
inline constexpr int kOutputZero = -6;

/// A sample whose values are codes of the input's quantisation, so that quantising it changes nothing.
inline std::vector<float> random_sample(size_t count) {
  std::mt19937 random(kSampleSeed);
  std::vector<float> sample(count);
  std::generate(sample.begin(), sample.end(), [&random] {
    return static_cast<float>(static_cast<int>(random() % 256) - 128 - kInputZero) * kInputScale;
  });
  return sample;
}

inline std::vector<float> random_reals(size_t count, float scale, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> reals(count);
  std::generate(reals.begin(), reals.end(),
                [&] { return scale * (static_cast<float>(random() % 2001) / 1000.0F - 1.0F); });
  return reals;
}

inline std::vector<int8_t> random_codes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> codes(count);
  std::generate(codes.begin(), codes.end(), [&random] { return static_cast<int8_t>(random()); });
  return codes;
}

struct Inference {
  std::shared_ptr<Network> network;
  std::vector<float> output;

  /// How many operators of the network are on the array, in the pooling unit, and on the host.
  size_t on_array() const { return count<MatrixOperator>(); }
  size_t pooled() const { return count<PoolingOperator>(); }
  size_t on_host() const { return count<HostOperator>(); }

 private:
  template <typename Kind>
  size_t count() const {
    return static_cast<size_t>(
        std::count_if(network->operators.begin(), network->operators.end(),
                      [](const auto& step) { return dynamic_cast<const Kind*>(step.get()) != nullptr; }));
  }
};

inline Inference run(const GraphBuilder& graph, const Values& sample) {
  Inference result;
  result.network = std::make_shared<Network>(import_onnx(graph.save()));
  const engine::FunctionalEngine engine(result.network, hw::Multiplier());
  const auto tensors = engine.run(sample);
  result.output = std::get<std::vector<float>>(tensors[static_cast<size_t>(result.network->graph_outputs[0])]);
  return result;
}

/// Quantises `real` with the output's quantisation and compares in codes: none more than one off, 99 % equal.
inline void expect_quantised(const std::vector<float>& output, const std::vector<double>& real,
                             float scale = kOutputScale, int zero = kOutputZero) {
  ASSERT_EQ(output.size(), real.size());
  size_t equal = 0;
  for (size_t i = 0; i < real.size(); ++i) {
    const double code = std::clamp(std::nearbyint(real[i] / static_cast<double>(scale)) + zero, -128.0, 127.0);
    const double ours = std::nearbyint(static_cast<double>(output[i] / scale)) + zero;
    EXPECT_LE(std::abs(code - ours), 1.0) << "element " << i << ", real " << real[i];
    equal += code == ours ? 1 : 0;
  }
  EXPECT_GE(static_cast<double>(equal), 0.99 * static_cast<double>(real.size()));
}

/// A graph that quantises its input, applies `body`, and quantises the result.
inline Inference run_quantised(const std::vector<int64_t>& sample,
                               const std::function<std::string(GraphBuilder&, const std::string&)>& body) {
  GraphBuilder graph(sample);
  const std::string value = body(graph, graph.requantise("input", kInputScale, kInputZero));
  graph.requantise(value, kOutputScale, kOutputZero, false, "output");
  return run(graph, random_sample(static_cast<size_t>(element_count(sample))));
}

inline std::vector<double> map_sample(size_t count, const std::function<double(double)>& function) {
  std::vector<double> real;
  for (const float value : random_sample(count)) {
    real.push_back(function(static_cast<double>(value)));
  }
  return real;
}

}  // namespace faultline::model
