#include "sim/engine/functional_engine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <thread>

// The kernels have this target too; without the macro it is not listed.
#define HWY_WANT_AVX3_DL
#include <hwy/targets.h>

#include "gtest/gtest.h"

namespace faultline::engine {
namespace {

using model::ConvolutionGeometry;
using model::Layout;
using model::MatrixOperator;
using model::Network;
using model::PoolingKind;
using model::PoolingOperator;

/// A multiplier that neither commutes nor gives 0 for 0.
hw::Multiplier odd_multiplier() {
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (int weight = -128; weight < 128; ++weight) {
    for (int activation = -128; activation < 128; ++activation) {
      (*products)[hw::Multiplier::index(static_cast<int8_t>(activation), static_cast<int8_t>(weight))] =
          static_cast<int16_t>(activation * weight + 7 * activation - 3 * weight + 5);
    }
  }
  return {"odd", *products};
}

struct Case {
  ConvolutionGeometry geometry;
  Layout layout;
  int planes;
};

/// Small random geometries; every second one is a matrix product.
Case random_case(std::mt19937& random) {
  const auto draw = [&random](int low, int high) { return low + static_cast<int>(random() % (high - low + 1)); };
  Case result{{}, random() % 2 == 0 ? Layout::kChannelsFirst : Layout::kChannelsLast, draw(1, 3)};
  ConvolutionGeometry& g = result.geometry;
  g.groups = random() % 3 == 0 ? draw(1, 4) : 1;
  g.in_channels = g.groups * draw(1, 9);
  g.out_channels = g.groups * draw(1, 19);
  if (random() % 2 == 0) {
    g.in_height = g.out_height = draw(1, 5);
    g.in_width = g.out_width = draw(1, 9);
    return result;
  }
  g.kernel_height = draw(1, 4);
  g.kernel_width = draw(1, 4);
  g.stride_y = draw(1, 3);
  g.stride_x = draw(1, 3);
  g.dilation_y = draw(1, 2);
  g.dilation_x = draw(1, 2);
  g.pad_top = draw(0, 3);
  g.pad_left = draw(0, 3);
  g.in_height = draw(1, 12);
  g.in_width = draw(1, 40);
  g.out_height = draw(1, 8);
  g.out_width = draw(1, 30);
  return result;
}

std::vector<int8_t> random_codes(std::mt19937& random, size_t count) {
  std::vector<int8_t> codes(count);
  std::generate(codes.begin(), codes.end(), [&random] { return static_cast<int8_t>(random()); });
  return codes;
}

size_t position(Layout layout, int channels, int height, int width, int c, int y, int x) {
  return static_cast<size_t>(layout == Layout::kChannelsFirst ? (c * height + y) * width + x
                                                              : (y * width + x) * channels + c);
}

/// The contract of MatrixOperator, word by word.
int32_t accumulator(const MatrixOperator& layer, const hw::Multiplier& multiplier, const std::vector<int8_t>& input,
                    int n, int y, int x) {
  const ConvolutionGeometry& g = layer.geometry;
  uint32_t sum = 0;
  for (int plane = 0; plane < layer.planes; ++plane) {
    size_t weight = static_cast<size_t>((plane * g.out_channels + n) * g.taps());
    for (int ky = 0; ky < g.kernel_height; ++ky) {
      for (int kx = 0; kx < g.kernel_width; ++kx) {
        for (int ci = 0; ci < g.group_in_channels(); ++ci, ++weight) {
          const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
          const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
          const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
          const int channel = n / g.group_out_channels() * g.group_in_channels() + ci;
          const int8_t activation =
              inside ? input[position(layer.layout, g.in_channels, g.in_height, g.in_width, channel, row, column)]
                     : layer.pad_value;
          sum += static_cast<uint32_t>(multiplier.product(activation, layer.weights[weight]));
        }
      }
    }
  }
  return static_cast<int32_t>(sum);
}

/// A network of one layer.
std::shared_ptr<Network> single(std::unique_ptr<model::Operator> layer, const ConvolutionGeometry& g,
                                model::ElementType output) {
  auto network = std::make_shared<Network>();
  network->tensors.resize(2);
  network->tensors[0].shape = {g.in_channels, g.in_height, g.in_width};
  network->tensors[1].shape = {g.out_channels, g.out_height, g.out_width};
  network->tensors[1].type = output;
  layer->inputs = {0};
  layer->output = 1;
  network->graph_input = 0;
  network->graph_outputs = {1};
  network->operators.push_back(std::move(layer));
  return network;
}

std::unique_ptr<MatrixOperator> random_layer(std::mt19937& random, const Case& drawn, bool raw) {
  auto layer = std::make_unique<MatrixOperator>();
  layer->geometry = drawn.geometry;
  layer->layout = drawn.layout;
  layer->planes = drawn.planes;
  const auto channels = static_cast<size_t>(drawn.geometry.out_channels);
  layer->weights =
      random_codes(random, static_cast<size_t>(drawn.planes) * channels * static_cast<size_t>(drawn.geometry.taps()));
  layer->pad_value = static_cast<int8_t>(random());
  for (size_t n = 0; n < channels; ++n) {
    layer->post.bias.push_back(static_cast<int32_t>(random()));  // large enough that sums wrap now and then
    if (!raw) {
      layer->post.factor.push_back(hw::to_fixed_point(std::ldexp(1.0 + static_cast<double>(n), -28)));
    }
  }
  layer->post.zero_point = -5;
  return layer;
}

void check_layer(const MatrixOperator& layer, const hw::Multiplier& multiplier, const std::vector<int8_t>& input,
                 const model::Values& output) {
  const ConvolutionGeometry& g = layer.geometry;
  for (int n = 0; n < g.out_channels; ++n) {
    for (int y = 0; y < g.out_height; ++y) {
      for (int x = 0; x < g.out_width; ++x) {
        const auto channel = static_cast<size_t>(n);
        const size_t at = position(layer.layout, g.out_channels, g.out_height, g.out_width, n, y, x);
        const int32_t sum = hw::wrapping_add(accumulator(layer, multiplier, input, n, y, x), layer.post.bias[channel]);
        if (layer.post.raw()) {
          ASSERT_EQ(std::get<std::vector<int32_t>>(output)[at], sum);
        } else {
          const int64_t code = hw::scale(sum, layer.post.factor[channel]) + layer.post.zero_point;
          ASSERT_EQ(std::get<std::vector<int8_t>>(output)[at], std::clamp<int64_t>(code, -128, 127));
        }
      }
    }
  }
}

/// Random layers on one target of the vector library (0: the best one there is).
void check_random_layers(const hw::Multiplier& multiplier, int64_t target) {
  constexpr unsigned kSeed = 11;
  std::mt19937 random(kSeed);
  hwy::SetSupportedTargetsForTest(target);
  for (int trial = 0; trial < 120; ++trial) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", trial " + std::to_string(trial));
    const Case drawn = random_case(random);
    auto layer = random_layer(random, drawn, trial % 3 == 0);
    const MatrixOperator& checked = *layer;
    const auto type = layer->post.raw() ? model::ElementType::kInt32 : model::ElementType::kInt8;
    const FunctionalEngine engine(single(std::move(layer), drawn.geometry, type), multiplier);
    const auto input = random_codes(
        random, static_cast<size_t>(drawn.geometry.in_channels * drawn.geometry.in_height * drawn.geometry.in_width));
    check_layer(checked, multiplier, input, engine.run(input)[1]);
    if (testing::Test::HasFatalFailure()) {
      break;
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(FunctionalEngine, ExactLayersFollowTheContractOnEveryTarget) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    check_random_layers(hw::Multiplier(), target);
  }
}

TEST(FunctionalEngine, TableLayersFollowTheContractOnEveryTarget) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    check_random_layers(odd_multiplier(), target);
  }
}

TEST(FunctionalEngine, ScalarCodeGivesTheSameBits) {
  check_random_layers(hw::Multiplier(), HWY_SCALAR);
  check_random_layers(odd_multiplier(), HWY_SCALAR);
}

TEST(FunctionalEngine, AdditionsWrapAt32Bits) {
  Case drawn{{}, Layout::kChannelsFirst, 1};
  drawn.geometry.in_channels = 1 << 18;  // 2^18 * 2^14 = 2^32
  auto layer = std::make_unique<MatrixOperator>();
  layer->geometry = drawn.geometry;
  layer->weights.assign(1 << 18, -128);
  layer->weights.back() = 1;
  layer->post.bias = {3};
  const FunctionalEngine engine(single(std::move(layer), drawn.geometry, model::ElementType::kInt32), hw::Multiplier());
  const auto output = engine.run(std::vector<int8_t>(1 << 18, -128))[1];
  EXPECT_EQ(std::get<std::vector<int32_t>>(output)[0], -(1 << 14) - 128 + 3);
}

TEST(FunctionalEngine, TableAndClampFollowRequantisation) {
  auto layer = std::make_unique<MatrixOperator>();
  layer->weights = {1};
  layer->post.bias = {0};
  layer->post.factor = {hw::to_fixed_point(0.5)};
  layer->post.residue = {layer->post.factor[0].multiplier / 4};  // a quarter of an accumulator unit
  layer->post.low = -10;
  layer->post.high = 10;
  for (int code = -128; code < 128; ++code) {
    layer->post.table.push_back(static_cast<int8_t>(-code / 2));
  }
  const FunctionalEngine engine(single(std::move(layer), ConvolutionGeometry(), model::ElementType::kInt8),
                                hw::Multiplier());
  const auto run = [&engine](int8_t code) {
    return std::get<std::vector<int8_t>>(engine.run(std::vector<int8_t>{code})[1])[0];
  };
  EXPECT_EQ(run(8), -2);
  EXPECT_EQ(run(9), -2);  // (9 + 1/4) / 2 = 4.625 becomes 5; without the residue the tie 4.5 would become 4
  EXPECT_EQ(run(11), -3);
  EXPECT_EQ(run(100), -5);
  EXPECT_EQ(run(-100), 5);
}

TEST(FunctionalEngine, PoolingFollowsTheContract) {
  constexpr unsigned kSeed = 12;
  std::mt19937 random(kSeed);
  for (int trial = 0; trial < 60; ++trial) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", trial " + std::to_string(trial));
    Case drawn = random_case(random);
    ConvolutionGeometry& g = drawn.geometry;
    g.out_channels = g.groups = g.in_channels;
    auto layer = std::make_unique<PoolingOperator>();
    layer->geometry = g;
    layer->pooling = trial % 2 == 0 ? PoolingKind::kMaximum : PoolingKind::kSum;
    layer->pad_value = static_cast<int8_t>(random());
    layer->post.bias.assign(static_cast<size_t>(g.out_channels), 17);
    layer->post.factor.assign(static_cast<size_t>(g.out_channels), hw::to_fixed_point(0.11));
    const PoolingOperator& checked = *layer;
    const FunctionalEngine engine(single(std::move(layer), g, model::ElementType::kInt8), odd_multiplier());
    const auto input = random_codes(random, static_cast<size_t>(g.in_channels * g.in_height * g.in_width));
    const auto output = std::get<std::vector<int8_t>>(engine.run(input)[1]);
    for (int n = 0; n < g.out_channels; ++n) {
      for (int y = 0; y < g.out_height; ++y) {
        for (int x = 0; x < g.out_width; ++x) {
          int sum = 0;
          int most = -128;
          for (int ky = 0; ky < g.kernel_height; ++ky) {
            for (int kx = 0; kx < g.kernel_width; ++kx) {
              const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
              const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
              const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
              const int code = inside ? input[static_cast<size_t>((n * g.in_height + row) * g.in_width + column)]
                                      : checked.pad_value;
              sum += code;
              most = inside ? std::max(most, code) : most;
            }
          }
          const int64_t average = std::clamp<int64_t>(hw::scale(sum + 17, hw::to_fixed_point(0.11)), -128, 127);
          const int64_t expected = checked.pooling == PoolingKind::kMaximum ? most : average;
          ASSERT_EQ(output[static_cast<size_t>((n * g.out_height + y) * g.out_width + x)], expected);
        }
      }
    }
  }
}

TEST(FunctionalEngine, ThreadsShareOneEngine) {
  std::mt19937 random(13);
  Case drawn{{}, Layout::kChannelsFirst, 1};
  drawn.geometry.in_channels = 8;
  drawn.geometry.in_height = drawn.geometry.in_width = drawn.geometry.out_height = drawn.geometry.out_width = 20;
  drawn.geometry.kernel_height = drawn.geometry.kernel_width = 3;
  drawn.geometry.pad_top = drawn.geometry.pad_left = 1;
  drawn.geometry.out_channels = 12;
  const FunctionalEngine engine(single(random_layer(random, drawn, false), drawn.geometry, model::ElementType::kInt8),
                                hw::Multiplier());
  const model::Values input = random_codes(random, 8 * 400);
  const auto expected = engine.run(input)[1];
  std::array<bool, 4> same{};
  std::vector<std::thread> threads;
  for (bool& result : same) {
    threads.emplace_back([&] {
      result = true;
      for (int repeat = 0; repeat < 20; ++repeat) {
        result = result && engine.run(input)[1] == expected;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(same[0] && same[1] && same[2] && same[3]);
}

TEST(FunctionalEngine, RefusesInputsOfAnotherTypeOrSize) {
  auto layer = std::make_unique<MatrixOperator>();
  layer->weights = {1};
  layer->post.bias = {0};
  const FunctionalEngine engine(single(std::move(layer), ConvolutionGeometry(), model::ElementType::kInt32),
                                hw::Multiplier());
  EXPECT_THROW(engine.run(std::vector<int8_t>(2)), std::invalid_argument);
  EXPECT_THROW(engine.run(std::vector<float>(1)), std::invalid_argument);
}

}  // namespace
}  // namespace faultline::engine
