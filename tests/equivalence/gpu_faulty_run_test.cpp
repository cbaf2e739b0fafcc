#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/engine/gpu_engine.h"
#include "sim/engine/state_comparison.h"
#include "tests/support/random_fault.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"
#include "tests/support/sm_harness.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 7301;
constexpr int kFaults = test::repetitions(70);

/// Random faults everywhere in a multiprocessor: a run that starts at a layer boundary and ends where the state has
/// reconverged, against one that simulates every cycle.
class GpuFaultyRuns : public testing::TestWithParam<int> {
 protected:
  AcceleratorRun simulate_everything(const GoldenRun& golden, const std::vector<hw::Fault>& faults,
                                     uint64_t cycle_limit) {
    GpuPlatform& platform = engine_.platform();
    platform.reset();
    for (const hw::Fault& fault : faults) {
      platform.arm(fault);
    }
    AcceleratorRun run;
    run.tensors.resize(network_->tensors.size());
    run.tensors[0] = golden.run.tensors[0];
    for (const gpu::LayerPlan& layer : engine_.plan().layers) {  // this network has no host operators
      const model::Operator& step = *network_->operators[layer.operator_index];
      auto input = std::get<std::vector<int8_t>>(run.tensors[static_cast<size_t>(step.inputs[0])]);
      input.resize((input.size() + 3) / 4 * 4);
      platform.write_memory(static_cast<uint64_t>(layer.input), input.data(), input.size());
      std::vector<hw::gpu::KernelLaunch> launches;
      for (const gpu::LayerLaunch& launch : layer.launches) {
        launches.push_back(launch.launch);
      }
      run.status = platform.run(launches, cycle_limit);
      run.total_cycles = platform.cycle();
      if (run.status != SimulatedPlatform::Status::kCompleted) {
        return run;
      }
      run.tensors[static_cast<size_t>(step.output)] = output_of(layer);
    }
    const bool same_state = sm_comparison(platform.state()).equal(golden.end->state);
    run.latent = run.tensors.back() == golden.run.tensors.back() && !(same_state && constants_intact());
    return run;
  }

  model::Values output_of(const gpu::LayerPlan& layer) {
    const auto read = [&](auto element) -> model::Values {
      std::vector<decltype(element)> values(static_cast<size_t>(layer.output_bytes) / sizeof element);
      engine_.platform().read_memory(static_cast<uint64_t>(layer.output), values.data(),
                                     static_cast<size_t>(layer.output_bytes));
      return values;
    };
    return layer.raw ? read(int32_t{}) : read(int8_t{});
  }

  bool constants_intact() {
    for (const gpu::MemoryImage& image : engine_.plan().constants) {
      std::vector<uint8_t> now(image.bytes.size());
      engine_.platform().read_memory(static_cast<uint64_t>(image.address), now.data(), now.size());
      if (now != image.bytes) {
        return false;
      }
    }
    return true;
  }

  test::LayerMaker maker_{hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))};
  std::shared_ptr<const model::Network> network_ = test::small_classifier(maker_);
  GpuEngine engine_{network_, gpu::small_sm()};
};

TEST_P(GpuFaultyRuns, EqualASimulationOfEveryCycle) {
  const GoldenRun golden = engine_.golden(maker_.codes(100));
  const uint64_t limit = 2 * golden.run.total_cycles;
  int shortened = 0, latent = 0, wrong = 0, crashed = 0, hung = 0;
  for (int number = 0; number < kFaults; ++number) {
    std::vector<hw::Fault> faults = {test::random_fault(maker_, engine_.platform().state(), golden.run.total_cycles)};
    if (maker_.one_in(5)) {
      faults.push_back(test::random_fault(maker_, engine_.platform().state(), golden.run.total_cycles));
    }
    const hw::StateField& field = engine_.platform().state().fields()[faults[0].site.field];
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " " + std::to_string(GetParam()) + ", fault " +
                 std::to_string(number) + " in " + hw::element_path(field, faults[0].site.element) + " at " +
                 std::to_string(faults[0].start));
    const AcceleratorRun run = engine_.run_with_faults(golden, faults, limit);
    shortened += engine_.platform().cycle() < run.total_cycles ? 1 : 0;
    const AcceleratorRun whole = simulate_everything(golden, faults, limit);
    ASSERT_EQ(run.status, whole.status);
    ASSERT_EQ(run.total_cycles, whole.total_cycles);
    ASSERT_EQ(run.tensors, whole.tensors);
    ASSERT_EQ(run.latent, whole.latent);
    uint64_t cycles = 0;
    for (const LayerCycles& layer : run.layers) {
      ASSERT_EQ(layer.first_cycle, cycles);
      cycles += layer.cycles.total();
    }
    ASSERT_EQ(cycles, run.total_cycles);
    latent += whole.latent ? 1 : 0;
    crashed += whole.status == SimulatedPlatform::Status::kTrapped ? 1 : 0;
    hung += whole.status == SimulatedPlatform::Status::kTimedOut ? 1 : 0;
    wrong += whole.tensors.back() != golden.run.tensors.back() ? 1 : 0;
  }
  std::printf(
      "seed %llu %d: %d faults, %d not simulated to the end, %d wrong outputs, %d latent, %d crashes, %d hangs\n",
      static_cast<unsigned long long>(kSeed), GetParam(), kFaults, shortened, wrong, latent, crashed, hung);
  if (test::kSanitized) {
    return;
  }
  EXPECT_GT(shortened, 0);
  EXPECT_GT(latent, 0);
  EXPECT_GT(wrong, crashed + hung);
  EXPECT_GT(crashed + hung, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GpuFaultyRuns, testing::Range(0, 2));

}  // namespace
}  // namespace faultline::engine
