#include "sim/model/float_network.h"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace faultline::model {
namespace {

std::vector<float> run(const FloatNetwork& network, const std::vector<float>& values) {
  return run_float_network(network, values, [](size_t, std::vector<float>&) {});
}

TEST(FloatNetwork, ConvolutionAddsTapsOfAllChannelsAndPadsWithZeros) {
  // Two channels of 2x2; kernel 3 with padding 1: one output channel, weights 1..9 and 10..18 by taps.
  FloatConvolution convolution{2, 1, 3, 1, {}, {100.0F}};
  for (int tap = 1; tap <= 18; ++tap) {
    convolution.weights.push_back(static_cast<float>(tap));
  }
  const FloatNetwork network{"n", {2, 2, 2}, {{"c", convolution}}};
  // Top left output: the kernel's centre meets the pixel (0, 0), so taps 5, 6, 8, 9 and 14, 15, 17, 18 are inside.
  const std::vector<float> output = run(network, {1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_EQ(output.size(), 4U);
  EXPECT_FLOAT_EQ(output[0], 100 + 5 * 1 + 6 * 2 + 8 * 3 + 9 * 4 + 14 * 5 + 15 * 6 + 17 * 7 + 18 * 8);
  EXPECT_FLOAT_EQ(output[3], 100 + 1 * 1 + 2 * 2 + 4 * 3 + 5 * 4 + 10 * 5 + 11 * 6 + 13 * 7 + 14 * 8);
}

TEST(FloatNetwork, ConvolutionWithoutPaddingShrinks) {
  const FloatLayer layer{"c", FloatConvolution{6, 16, 5, 0, {}, {}}};
  EXPECT_EQ(output_shape(layer, {6, 14, 14}), (Shape{16, 10, 10}));
}

TEST(FloatNetwork, FullyConnectedMultipliesRowsOfWeights) {
  const FloatNetwork network{"n", {3}, {{"f", FloatFullyConnected{3, 2, {1, 2, 3, 4, 5, 6}, {10, 20}}}}};
  EXPECT_EQ(run(network, {1, 10, 100}), (std::vector<float>{331, 674}));
}

TEST(FloatNetwork, PoolingTakesTheMaximumOfEachWindowAndChannel) {
  const FloatNetwork network{"n", {2, 2, 4}, {{"p", FloatMaximumPooling{2}}}};
  EXPECT_EQ(run(network, {1, 5, -3, -4, 2, 3, -1, -2, 8, 7, 6, 5, 4, 3, 2, 1}), (std::vector<float>{5, -1, 8, 6}));
}

TEST(FloatNetwork, ActivationsAreElementwise) {
  const FloatNetwork relu{"n", {3}, {{"r", FloatRelu{}}}};
  EXPECT_EQ(run(relu, {-2, 0, 3}), (std::vector<float>{0, 0, 3}));
  const FloatNetwork tanh{"n", {1}, {{"t", FloatTanh{}}}};
  EXPECT_FLOAT_EQ(run(tanh, {0.5F}).front(), std::tanh(0.5F));
}

TEST(FloatNetwork, HookSeesAndChangesWhatTheNextLayerTakes) {
  const FloatNetwork network{"n", {1, 1, 2}, {{"f", FloatFlatten{}}, {"r", FloatRelu{}}}};
  std::vector<size_t> layers;
  const std::vector<float> output =
      run_float_network(network, {1, 2}, [&layers](size_t layer, std::vector<float>& values) {
        layers.push_back(layer);
        values[0] = layer == 0 ? 7.0F : values[0];
      });
  EXPECT_EQ(layers, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(output, (std::vector<float>{7, 2}));
}

TEST(FloatNetwork, LayersRejectInputsThatDoNotFit) {
  EXPECT_THROW(output_shape({"c", FloatConvolution{3, 1, 3, 0, {}, {}}}, {1, 8, 8}), std::invalid_argument);
  EXPECT_THROW(output_shape({"c", FloatConvolution{1, 1, 5, 0, {}, {}}}, {1, 4, 8}), std::invalid_argument);
  EXPECT_THROW(output_shape({"f", FloatFullyConnected{9, 1, {}, {}}}, {8}), std::invalid_argument);
  EXPECT_THROW(output_shape({"p", FloatMaximumPooling{2}}, {1, 5, 4}), std::invalid_argument);
}

}  // namespace
}  // namespace faultline::model
