#include "sim/harden/bias_calibration.h"

#include <memory>

#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/functional_matrix.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::harden {
namespace {

constexpr const char* kModel = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";

std::vector<model::Values> training_samples(const model::Network& network) {
  return model::network_inputs(network, model::load_dataset("builtin:digits", model::Split::kTrain, 20));
}

const model::MatrixOperator* layer_of(const model::Network& network, size_t index) {
  return dynamic_cast<const model::MatrixOperator*>(network.operators[index].get());
}

/// Sum over pixels of the exact sums less those of `multiplier`, by channel, of one sample.
std::vector<int64_t> deficits(const model::MatrixOperator& layer, const hw::Multiplier& multiplier,
                              const std::vector<int8_t>& input) {
  const engine::LayerMultipliers exact{hw::Multiplier()};
  const engine::LayerMultipliers given{multiplier};
  const std::vector<int32_t> wanted = engine::FunctionalMatrix(layer, exact.of(0)).sums(input);
  const std::vector<int32_t> got = engine::FunctionalMatrix(layer, given.of(0)).sums(input);
  std::vector<int64_t> sums(static_cast<size_t>(layer.geometry.out_channels));
  for (size_t i = 0; i < wanted.size(); ++i) {
    sums[i % sums.size()] += int64_t{wanted[i]} - got[i];
  }
  return sums;
}

TEST(BiasCalibration, LeavesTheExactMultipliersBiases) {
  const model::Network original = model::import_onnx(kModel);
  const auto network = std::make_shared<model::Network>(model::import_onnx(kModel));
  calibrate_biases(network, original, engine::LayerMultipliers{hw::Multiplier()}, training_samples(original));
  for (size_t index = 0; index < network->operators.size(); ++index) {
    if (const auto* layer = layer_of(*network, index)) {
      EXPECT_EQ(layer->post.bias, layer_of(original, index)->post.bias) << layer->name;
    }
  }
}

TEST(BiasCalibration, LeavesNoMeanErrorOnItsSamples) {
  const hw::Multiplier multiplier = hw::GeneratedMultiplier{hw::find_multiplier_family("perforated"), {0, 3}}.table();
  const model::Network original = model::import_onnx(kModel);
  const auto network = std::make_shared<model::Network>(model::import_onnx(kModel));
  const std::vector<model::Values> samples = training_samples(original);
  calibrate_biases(network, original, engine::LayerMultipliers{multiplier}, samples);

  const engine::FunctionalEngine engine(network, engine::LayerMultipliers{multiplier});
  std::vector<std::vector<model::Values>> runs;
  for (const model::Values& sample : samples) {
    runs.push_back(engine.run(sample));
  }
  size_t corrected = 0;
  for (size_t index = 0; index < network->operators.size(); ++index) {
    const auto* layer = layer_of(*network, index);
    if (layer == nullptr) {
      continue;
    }
    std::vector<int64_t> sums(layer->post.bias.size());
    for (const auto& tensors : runs) {
      const auto one =
          deficits(*layer, multiplier, std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(layer->inputs[0])]));
      for (size_t channel = 0; channel < sums.size(); ++channel) {
        sums[channel] += one[channel];
      }
    }
    const auto counted = static_cast<double>(samples.size()) * layer->geometry.pixels();
    for (size_t channel = 0; channel < sums.size(); ++channel) {
      const int32_t added = layer->post.bias[channel] - layer_of(original, index)->post.bias[channel];
      EXPECT_NEAR(added, static_cast<double>(sums[channel]) / counted, 0.5 + 1e-9) << layer->name << ' ' << channel;
      corrected += added != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(corrected, 0U);
}

TEST(BiasCalibration, NeedsSamples) {
  const model::Network original = model::import_onnx(kModel);
  const auto network = std::make_shared<model::Network>(model::import_onnx(kModel));
  EXPECT_THROW(calibrate_biases(network, original, engine::LayerMultipliers{hw::Multiplier()}, {}),
               std::invalid_argument);
}

}  // namespace
}  // namespace faultline::harden
