#include <gtest/gtest.h>

#include "sim/engine/functional_engine.h"
#include "sim/engine/gpu_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/sm_harness.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 8101;

/// SystemC elaborates once per process: each case builds one platform.
class GpuNetwork : public testing::TestWithParam<int> {};

/// Random layers of every kind under random multipliers: convolutions with groups, dilation and several planes of
/// weights, matrices in both layouts, pooling, raw and requantised.
TEST_P(GpuNetwork, EveryTensorEqualsTheFunctionalEngines) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed << " number " << GetParam());
  test::LayerMaker random(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam())));
  hw::gpu::SmConfig config = gpu::small_sm();
  config.multiplier = random.multiplier();
  config.scheduler = GetParam() % 2 == 0 ? "lrr" : "gto";
  const auto network = test::unrelated_layers(random, 40);
  const model::Values input = random.codes(1);
  GpuEngine engine(network, config);
  const AcceleratorRun run = engine.run(input);
  const auto expected = FunctionalEngine(network, config.multiplier).run(input);
  uint64_t total = 0;
  for (const auto& step : network->operators) {
    const auto output = static_cast<size_t>(step->output);
    ASSERT_EQ(run.tensors[output], expected[output]) << step->name << " " << output;
  }
  for (const LayerCycles& layer : run.layers) {
    EXPECT_EQ(layer.first_cycle, total);
    total += layer.cycles.total();
  }
  EXPECT_EQ(total, run.total_cycles);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GpuNetwork, testing::Range(0, 4));

TEST(GpuEngine, RunsAgainFromTheCleanState) {
  test::LayerMaker random(hw::CounterRandom(kSeed, 100));
  const auto network = test::small_classifier(random);
  const hw::gpu::SmConfig config = gpu::small_sm();
  GpuEngine engine(network, config);
  const FunctionalEngine functional(network, config.multiplier);
  const model::Values first = random.codes(100);
  const AcceleratorRun before = engine.run(first);
  EXPECT_EQ(before.tensors, functional.run(first));

  // A stuck bit of a program counter ends the run somehow; nothing of it remains.
  hw::Fault fault;
  fault.site = {engine.platform().state().field_index("warp[*].thread[*].program_counter"), 3};
  fault.mask = 0x8000;
  fault.model = hw::FaultModel::kStuckAt1;
  fault.duration = 0;
  const AcceleratorRun struck = engine.run_with_faults(engine.golden(first), {fault}, 2 * before.total_cycles);
  EXPECT_EQ(struck.status, SimulatedPlatform::Status::kTrapped);

  const AcceleratorRun after = engine.run(first);
  EXPECT_EQ(after.tensors, before.tensors);
  EXPECT_EQ(after.total_cycles, before.total_cycles);
}

}  // namespace
}  // namespace faultline::engine
