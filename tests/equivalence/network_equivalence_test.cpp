#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/mapping/compute_timing.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/mixed_multipliers.h"
#include "tests/support/platform_parameters.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/reference_layer.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 31;

using Parameters = test::PlatformParameters;

/// SystemC elaborates once per process: each case builds one platform.
class NetworkEquivalence : public testing::TestWithParam<Parameters> {
 protected:
  test::LayerMaker maker() const {
    return test::LayerMaker(hw::CounterRandom(kSeed, static_cast<uint64_t>(std::get<2>(GetParam()))));
  }
};

class UnrelatedLayers : public NetworkEquivalence {};

/// Every tensor of the simulated accelerator equals the functional engine's and the definition.
TEST_P(UnrelatedLayers, EveryTensorEqualsTheDefinition) {
  const auto& [dataflow, kind, number] = GetParam();
  test::LayerMaker random = maker();
  hw::AcceleratorConfig config = random.configuration(dataflow, kind == GridKind::kCycle ? 20 : 6);
  const auto network = test::unrelated_layers(random, kind == GridKind::kCycle ? 60 : 25);
  test::enlarge_until_it_fits(*network, config);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const model::Values input = random.codes(1);
  const AcceleratorRun run = engine.run(input);
  const auto expected = FunctionalEngine(network, config.grid.multiplier).run(input);
  for (const auto& step : network->operators) {
    const auto output = static_cast<size_t>(step->output);
    ASSERT_EQ(run.tensors[output], expected[output]) << step->name;
    if (dynamic_cast<const model::HostOperator*>(step.get()) == nullptr) {
      const auto& codes = std::get<std::vector<int8_t>>(expected[static_cast<size_t>(step->inputs[0])]);
      ASSERT_EQ(expected[output], test::reference_output(*step, codes, config.grid.multiplier)) << step->name;
    }
  }
  uint64_t total = 0;
  for (const LayerCycles& layer : run.layers) {
    total += layer.cycles.total();
  }
  EXPECT_EQ(total, run.total_cycles);
}

/// The cycles counted as compute are those that the host computed when it made the commands.
TEST_P(UnrelatedLayers, ComputeCyclesAreThePredictedOnes) {
  const auto& [dataflow, kind, number] = GetParam();
  test::LayerMaker random = maker();
  hw::AcceleratorConfig config = random.configuration(dataflow, 6);
  const auto network = test::unrelated_layers(random, 12);
  test::enlarge_until_it_fits(*network, config);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const AcceleratorRun run = engine.run(random.codes(1));
  const mapping::CompiledNetwork compiled = mapping::compile(*network, config);
  for (size_t layer = 0; layer < compiled.layers.size(); ++layer) {
    uint64_t cycles = 0;
    for (const mapping::Step& step : compiled.layers[layer].steps) {
      if (mapping::phase_of(step.command) == mapping::Phase::kCompute) {
        cycles += static_cast<uint64_t>(mapping::compute_cycles(step.command, config.grid));
      }
    }
    ASSERT_EQ(run.layers[layer].cycles.compute, cycles) << run.layers[layer].name;
  }
}

class Classifier : public NetworkEquivalence {};

TEST_P(Classifier, LogitsEqualTheFunctionalEngines) {
  const auto& [dataflow, kind, number] = GetParam();
  test::LayerMaker random = maker();
  const auto network = test::small_classifier(random);
  const int shapes[][2] = {{1, 1}, {3, 7}, {8, 8}, {16, 5}};
  const auto& shape = shapes[number % 4];
  const hw::AcceleratorConfig config{
      hw::GridConfig(shape[0], shape[1], dataflow, number % 2 == 0 ? random.multiplier() : hw::Multiplier())};
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const FunctionalEngine functional(network, config.grid.multiplier);
  uint64_t cycles = 0;
  for (int image = 0; image < 3; ++image) {
    const model::Values input = random.codes(100);
    const AcceleratorRun run = engine.run(input);
    ASSERT_EQ(run.tensors, functional.run(input)) << "image " << image;
    EXPECT_TRUE(cycles == 0 || cycles == run.total_cycles) << "cycles depend on data";
    cycles = run.total_cycles;
  }
}

class MixedMultipliers : public NetworkEquivalence {};

/// Layers and elements with multipliers of their own: the simulated grids against the functional engine, image after
/// image, so that the last layer's multiplier must not stay for the first.
TEST_P(MixedMultipliers, EveryTensorEqualsTheFunctionalEngines) {
  const auto& [dataflow, kind, number] = GetParam();
  test::LayerMaker random = maker();
  hw::AcceleratorConfig config = random.configuration(dataflow, 6);
  const auto network = number % 2 == 0 ? test::small_classifier(random) : test::unrelated_layers(random, 12);
  test::mix_multipliers(random, *network, config);
  test::enlarge_until_it_fits(*network, config);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const FunctionalEngine functional(network, LayerMultipliers(*network, config));
  for (int image = 0; image < 2; ++image) {
    const model::Values input = random.codes(model::element_count(network->tensor(network->graph_input).shape));
    ASSERT_EQ(engine.run(input).tensors, functional.run(input)) << "image " << image;
  }
}

const auto kDataflows =
    testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary, hw::Dataflow::kInputStationary);
const auto kGrids = testing::Values(GridKind::kCycle, GridKind::kStructural);

INSTANTIATE_TEST_SUITE_P(Random, UnrelatedLayers, testing::Combine(kDataflows, kGrids, testing::Range(0, 4)),
                         test::name_of);
INSTANTIATE_TEST_SUITE_P(Random, Classifier, testing::Combine(kDataflows, kGrids, testing::Range(0, 4)), test::name_of);

INSTANTIATE_TEST_SUITE_P(Random, MixedMultipliers, testing::Combine(kDataflows, kGrids, testing::Range(0, 4)),
                         test::name_of);

}  // namespace
}  // namespace faultline::engine
