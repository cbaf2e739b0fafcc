#include "sim/model/quantise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "small_network.h"

namespace faultline::model {
namespace {

using model_test::labelled_images;
using model_test::small_network;

TEST(Quantise, WeightsAreSymmetricPerChannelAndReachFullScale) {
  const FloatNetwork network = small_network(11);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 20, 12));
  const auto& weights = std::get<FloatConvolution>(network.layers[0].kind).weights;
  const QuantisedWeights& codes = *quantised.layers[0].weights;
  EXPECT_EQ(codes.shape, (Shape{4, 1, 3, 3}));
  for (size_t channel = 0; channel < 4; ++channel) {
    int largest = 0;
    for (size_t i = channel * 9; i < (channel + 1) * 9; ++i) {
      EXPECT_NEAR(codes.weights[i] * codes.scales[channel], weights[i], codes.scales[channel] * 0.501);
      largest = std::max(largest, std::abs(int{codes.weights[i]}));
    }
    EXPECT_EQ(largest, 127);
  }
}

TEST(Quantise, WeightsUseTheBitsThatTheyAreGiven) {
  const FloatNetwork network = small_network(11);
  const Dataset images = labelled_images(network, 20, 12);
  for (const hw::OperandFormat format : {hw::OperandFormat{8}, hw::OperandFormat{16}}) {
    for (const int bits : {2, 5, 8}) {
      const QuantisedNetwork quantised = quantise(network, images, format, 1, bits);
      const auto& weights = std::get<FloatConvolution>(network.layers[0].kind).weights;
      const QuantisedWeights& codes = *quantised.layers[0].weights;
      int largest = 0;
      for (size_t i = 0; i < codes.weights.size(); ++i) {
        EXPECT_NEAR(codes.weights[i] * codes.scales[i / 9], weights[i], codes.scales[i / 9] * 0.501);
        largest = std::max(largest, std::abs(int{codes.weights[i]}));
      }
      EXPECT_EQ(largest, (1 << (bits - 1)) - 1);
      EXPECT_EQ(quantised.layers[1].output->scale, quantise(network, images, format).layers[1].output->scale);
    }
  }
}

TEST(Quantise, BiasesAreInStepsOfInputTimesWeightScale) {
  const FloatNetwork network = small_network(13);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 20, 14));
  const auto& bias = std::get<FloatFullyConnected>(network.layers[4].kind).bias;
  const QuantisedWeights& codes = *quantised.layers[4].weights;
  const double input_scale = quantised.layers[3].output->scale;
  for (size_t i = 0; i < bias.size(); ++i) {
    EXPECT_FLOAT_EQ(codes.bias_scales[i], static_cast<float>(input_scale * codes.scales[i]));
    EXPECT_NEAR(static_cast<double>(codes.bias[i]) * codes.bias_scales[i], bias[i], codes.bias_scales[i] * 0.501);
  }
}

TEST(Quantise, InputCodesArePixelsLess128) {
  const FloatNetwork network = small_network(15);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 5, 16));
  EXPECT_EQ(quantised.input.scale, double{1.0F / 255.0F});
  EXPECT_EQ(quantised.input.zero_point, -128);
}

TEST(Quantise, ReluIsFusedAndStartsAtTheLowestCode) {
  const FloatNetwork network = small_network(17);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 20, 18));
  EXPECT_FALSE(quantised.layers[0].output.has_value());
  EXPECT_EQ(quantised.layers[1].output->zero_point, -128);
}

TEST(Quantise, PoolingAndFlattenKeepTheCodesOfTheirInput) {
  const FloatNetwork network = small_network(19);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 20, 20));
  for (const size_t layer : {size_t{2}, size_t{3}}) {
    EXPECT_EQ(quantised.layers[layer].output->scale, quantised.layers[1].output->scale);
    EXPECT_EQ(quantised.layers[layer].output->zero_point, quantised.layers[1].output->zero_point);
  }
}

TEST(Quantise, RangesOfCalibrationFitTheCodes) {
  const FloatNetwork network = small_network(21);
  const Dataset images = labelled_images(network, 50, 22);
  const QuantisedNetwork quantised = quantise(network, images);
  for (size_t i = 0; i < images.size(); ++i) {
    std::vector<float> values;
    for (size_t pixel = 0; pixel < 64; ++pixel) {
      values.push_back(static_cast<float>(images.image(i)[pixel]) / 255.0F);
    }
    run_float_network(network, values, [&](size_t layer, std::vector<float>& outputs) {
      if (const auto& output = quantised.layers[layer].output) {
        for (const float value : outputs) {
          const double code = value / output->scale + output->zero_point;
          EXPECT_GE(code, -128.51) << network.layers[layer].name;
          EXPECT_LE(code, 127.51) << network.layers[layer].name;
        }
      }
    });
  }
}

TEST(Quantise, HeadroomMakesTheScalesOfHiddenLayersCoarser) {
  const FloatNetwork network = small_network(15);
  const Dataset images = labelled_images(network, 20, 16);
  const QuantisedNetwork tight = quantise(network, images);
  const QuantisedNetwork wide = quantise(network, images, {}, 8);
  ASSERT_EQ(wide.layers.size(), tight.layers.size());
  EXPECT_EQ(wide.input.scale, tight.input.scale);
  for (size_t i = 0; i < wide.layers.size(); ++i) {
    ASSERT_EQ(wide.layers[i].output.has_value(), tight.layers[i].output.has_value());
    if (tight.layers[i].output) {
      const double factor = i + 1 < wide.layers.size() ? 8 : 1;
      EXPECT_NEAR(wide.layers[i].output->scale / tight.layers[i].output->scale, factor, 1e-5) << i;
      EXPECT_EQ(wide.layers[i].output->zero_point, tight.layers[i].output->zero_point) << i;
    }
  }
}

TEST(Quantise, FloatNetworkAgreesWithItselfAndTheQuantisedOneNearlyDoes) {
  const FloatNetwork network = small_network(23);
  const Dataset images = labelled_images(network, 400, 24);
  const QuantisedNetwork quantised = quantise(network, images);
  EXPECT_EQ(float_accuracy(network, images), 1.0);
  const double accuracy = quantised_accuracy(quantised, images);
  EXPECT_GT(accuracy, 0.95);
}

TEST(Quantise, AccuracyCountsWrongAnswers) {
  const FloatNetwork network = small_network(25);
  Dataset images = labelled_images(network, 40, 26);
  for (size_t i = 0; i < 10; ++i) {
    images.labels[i] = static_cast<uint8_t>((images.labels[i] + 1) % 3);
  }
  EXPECT_EQ(float_accuracy(network, images), 0.75);
}

TEST(Quantise, SilentChannelsAndOutputsStillHaveScales) {
  FloatNetwork network = small_network(27);
  std::get<FloatConvolution>(network.layers[0].kind).weights.assign(36, 0.0F);
  std::get<FloatConvolution>(network.layers[0].kind).bias.assign(4, -1.0F);
  const QuantisedNetwork quantised = quantise(network, labelled_images(network, 5, 28));
  EXPECT_GT(quantised.layers[0].weights->scales[0], 0.0F);
  EXPECT_GT(quantised.layers[1].output->scale, 0.0);
  EXPECT_EQ(quantised.layers[1].output->zero_point, -128);
}

}  // namespace
}  // namespace faultline::model
