#include "sim/mapping/weight_bounds.h"

#include <gtest/gtest.h>

#include "sim/mapping/network_compiler.h"
#include "tests/support/narrow_weights.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"

namespace faultline::mapping {
namespace {

constexpr hw::WeightCheck kRangeCheck{hw::WeightCheck::Mode::kRange};
constexpr hw::WeightCheck kBitsCheck{hw::WeightCheck::Mode::kBits};

TEST(WeightBounds, AreTheWeightsOrTheNumbersOfAsManyBits) {
  model::MatrixOperator layer;
  layer.weights = {3, -5, 20};
  EXPECT_EQ(weight_bounds(layer, kRangeCheck).low, -5);
  EXPECT_EQ(weight_bounds(layer, kRangeCheck).high, 20);
  EXPECT_EQ(weight_bounds(layer, kBitsCheck).low, -32);
  EXPECT_EQ(weight_bounds(layer, kBitsCheck).high, 31);
}

/// Every kCompute has its layer's; nothing else changes, and nothing at all without the unit.
TEST(WeightBounds, StandInTheCommandsOfTheirLayer) {
  test::LayerMaker maker(hw::CounterRandom(7, 0));
  const auto network = test::small_classifier(maker);
  test::narrow_weights(maker, *network);
  hw::AcceleratorConfig config = maker.configuration(hw::Dataflow::kWeightStationary, 5);
  config.parameter_entries = 16;
  test::enlarge_until_it_fits(*network, config);
  const CompiledNetwork plain = compile(*network, config);
  config.protection.weight_check = kRangeCheck;
  const CompiledNetwork checked = compile(*network, config);
  ASSERT_EQ(checked.layers.size(), plain.layers.size());
  int computes = 0;
  for (size_t layer = 0; layer < plain.layers.size(); ++layer) {
    ASSERT_EQ(checked.layers[layer].steps.size(), plain.layers[layer].steps.size());
    for (size_t step = 0; step < plain.layers[layer].steps.size(); ++step) {
      hw::CommandDescriptor expected = plain.layers[layer].steps[step].command;
      if (expected.opcode == static_cast<int32_t>(hw::Opcode::kCompute)) {
        EXPECT_EQ(expected.low, -128);
        EXPECT_EQ(expected.high, 127);
        const auto& matrix =
            dynamic_cast<const model::MatrixOperator&>(*network->operators[plain.layers[layer].operator_index]);
        expected.low = *std::min_element(matrix.weights.begin(), matrix.weights.end());
        expected.high = *std::max_element(matrix.weights.begin(), matrix.weights.end());
        ++computes;
      }
      EXPECT_TRUE(checked.layers[layer].steps[step].command == expected) << "layer " << layer << ", step " << step;
    }
  }
  EXPECT_GT(computes, 4);
}

}  // namespace
}  // namespace faultline::mapping
