#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "program_interpreter.h"
#include "sim/config/user_error.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/reference_layer.h"
#include "tests/support/repetitions.h"

namespace faultline::mapping {
namespace {

constexpr uint64_t kTrials = test::repetitions(1500);
constexpr uint64_t kSeed = 20;

model::Network single_layer(std::unique_ptr<model::Operator> layer) {
  model::Network network;
  network.file = "random";
  network.operators.push_back(std::move(layer));
  return network;
}

/// Compiles a layer, interprets the program, and compares with the definition.
void check_layer(test::LayerMaker& maker, std::unique_ptr<model::Operator> layer, hw::AcceleratorConfig config) {
  const model::Network network = single_layer(std::move(layer));
  test::enlarge_until_it_fits(network, config);
  const CompiledNetwork compiled = compile(network, config);
  ASSERT_EQ(compiled.layers.size(), 1U);
  const LayerProgram& program = compiled.layers[0];
  test::ProgramInterpreter machine(config);
  const std::vector<int8_t> input = maker.codes(program.input.bytes());
  const std::vector<uint8_t> image = to_dram(input, program.input);
  std::copy(image.begin(), image.end(), machine.dram.begin() + program.memory.input);
  const std::vector<uint8_t> constants = compiled.constants();
  std::copy(constants.begin(), constants.end(), machine.dram.begin() + compiled.constants_begin);
  machine.run(program.commands());
  const auto begin = machine.dram.begin() + program.memory.output;
  const model::Values output = from_dram({begin, begin + program.output.bytes()}, program.output);
  ASSERT_EQ(output, test::reference_output(*network.operators[0], input, config.grid.multiplier));
}

class RandomLayers : public testing::TestWithParam<hw::Dataflow> {};

TEST_P(RandomLayers, MatrixProgramsComputeTheDefinition) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    test::LayerMaker maker(hw::CounterRandom(kSeed, trial));
    const hw::AcceleratorConfig config = maker.configuration(GetParam(), 9);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", trial " + std::to_string(trial));
    ASSERT_NO_FATAL_FAILURE(check_layer(maker, maker.matrix(7), config));
  }
}

INSTANTIATE_TEST_SUITE_P(Dataflows, RandomLayers,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

TEST(RandomPooling, PoolingProgramsComputeTheDefinition) {
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    test::LayerMaker maker(hw::CounterRandom(kSeed + 1, trial));
    const hw::AcceleratorConfig config = maker.configuration(hw::Dataflow::kWeightStationary, 9);
    SCOPED_TRACE("seed " + std::to_string(kSeed + 1) + ", trial " + std::to_string(trial));
    ASSERT_NO_FATAL_FAILURE(check_layer(maker, maker.pooling(12), config));
  }
}

TEST(LargeLayers, ProgramsOfLongVectorsAndManyPixelsComputeTheDefinition) {
  for (const hw::Dataflow dataflow :
       {hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary, hw::Dataflow::kInputStationary}) {
    test::LayerMaker maker(hw::CounterRandom(kSeed + 2, static_cast<uint64_t>(dataflow)));
    hw::AcceleratorConfig config{hw::GridConfig(1, 3, dataflow, maker.multiplier())};
    for (const auto& [taps, pixels] : {std::pair{65536, 2}, std::pair{2, 70000}}) {
      auto layer = std::make_unique<model::MatrixOperator>();
      layer->name = "long";
      layer->geometry.in_channels = taps;
      layer->geometry.out_channels = 2;
      layer->geometry.in_height = layer->geometry.out_height = pixels;
      layer->weights = maker.codes(int64_t{taps} * 2);
      layer->post = maker.post(2, true);
      config.input_buffer_bytes = 1 << 18;
      ASSERT_NO_FATAL_FAILURE(check_layer(maker, std::move(layer), config));
    }
  }
}

TEST(Diagnostics, NameLayerNeedAndKey) {
  test::LayerMaker maker(hw::CounterRandom(kSeed + 3, 0));
  hw::AcceleratorConfig config{hw::GridConfig(4, 4, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  config.input_buffer_bytes = 100;
  auto layer = std::make_unique<model::MatrixOperator>();
  layer->name = "conv1";
  model::ConvolutionGeometry& geometry = layer->geometry;
  geometry.in_height = geometry.in_width = geometry.out_height = geometry.out_width = 20;
  geometry.in_channels = 3;
  geometry.kernel_height = geometry.kernel_width = 3;
  geometry.pad_top = geometry.pad_left = 1;
  layer->weights = maker.codes(27);
  layer->post.bias = {0};
  const model::Network network = single_layer(std::move(layer));
  try {
    compile(network, config);
    FAIL() << "compiled";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(),
                 "layer conv1: the input rows of one output row need 180, input_buffer_bytes is 100; raise "
                 "input_buffer_bytes in the accelerator file to 180 or more");
  }
  config.input_buffer_bytes = 65536;
  config.dram_bytes = 1024;
  EXPECT_THROW(compile(network, config), UserError);
}

}  // namespace
}  // namespace faultline::mapping
