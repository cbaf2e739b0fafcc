#include "sim/harden/weight_remapping.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "sim/model/onnx_import.h"

namespace faultline::harden {
namespace {

TEST(WeightRemapping, LeavesWeightsOfTheExactMultiplier) {
  const auto best = best_weights(hw::Multiplier());
  for (int weight = -128; weight < 128; ++weight) {
    EXPECT_EQ(best[static_cast<size_t>(weight + 128)], weight);
  }
}

/// A multiplier that ignores the two low bits of the weight's magnitude: M(a, w) = a (w towards 0 to a multiple of 4).
TEST(WeightRemapping, RoundsWeightsThatWouldBeTruncated) {
  const hw::GeneratedMultiplier perforated{hw::find_multiplier_family("perforated"), {0, 2}};
  const auto best = best_weights(perforated.table());
  const auto mapped = [&](int weight) { return int{best[static_cast<size_t>(weight + 128)]}; };
  EXPECT_EQ(mapped(5), 5);  // 5 acts as 4, the nearest
  EXPECT_EQ(mapped(7), 8);  // 7 acts as 4; 8 is nearer
  EXPECT_EQ(mapped(-7), -8);
  EXPECT_EQ(mapped(6), 6);      // 4 and 8 are as near: stays
  EXPECT_EQ(mapped(127), 127);  // there is no 128; 127 acts as 124
  EXPECT_EQ(mapped(0), 0);
}

TEST(WeightRemapping, ReplacesTheWeightsOfEveryLayer) {
  const hw::Multiplier multiplier = hw::GeneratedMultiplier{hw::find_multiplier_family("perforated"), {0, 3}}.table();
  const auto best = best_weights(multiplier);
  model::Network network = model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx");
  const model::Network original = model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx");
  remap_weights(network, [&](const std::string&) -> const hw::Multiplier& { return multiplier; });
  int layers = 0;
  for (size_t i = 0; i < network.operators.size(); ++i) {
    const auto* layer = dynamic_cast<const model::MatrixOperator*>(network.operators[i].get());
    if (layer == nullptr) {
      continue;
    }
    const auto& before = dynamic_cast<const model::MatrixOperator&>(*original.operators[i]);
    ++layers;
    EXPECT_NE(layer->weights, before.weights);
    for (size_t k = 0; k < layer->weights.size(); ++k) {
      ASSERT_EQ(layer->weights[k], best[static_cast<size_t>(before.weights[k] + 128)]);
    }
    EXPECT_EQ(layer->post.bias, before.post.bias);
  }
  EXPECT_EQ(layers, 5);
}

}  // namespace
}  // namespace faultline::harden
