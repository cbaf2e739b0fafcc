#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/engine/gpu_cone.h"
#include "tests/support/random_network.h"
#include "tests/support/sm_harness.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 5127;
constexpr int kMaps = 5;

/// Random maps of permanent faults of a multiprocessor's multipliers, on random networks with random multipliers, where
/// no layer looks codes up: GpuCone against the simulation of every cycle.
class GpuFaultMapEquivalence : public testing::TestWithParam<int> {
 protected:
  std::shared_ptr<const model::Network> random_network() {
    if (GetParam() % 2 == 0) {
      return test::small_classifier(maker_, test::Codes::kSpread);
    }
    auto network = test::unrelated_layers(maker_, 4);  // groups, planes, both layouts, any depth
    for (const auto& step : network->operators) {
      if (auto* matrix = dynamic_cast<model::MatrixOperator*>(step.get())) {
        matrix->post.table.clear();
      } else if (auto* pooling = dynamic_cast<model::PoolingOperator*>(step.get())) {
        pooling->post.table.clear();
      }
    }
    return network;
  }

  hw::gpu::SmConfig configuration() {
    hw::gpu::SmConfig config = gpu::small_sm();
    config.multiplier = maker_.multiplier();
    if (GetParam() % 3 == 2) {
      config.partitions = 1;
      config.lanes = config.warp_size;
    }
    return config;
  }

  std::vector<hw::Fault> random_map() {
    const hw::StateTable& table = engine_.platform().state();
    const size_t field = table.field_index("partition[*].mac_lane[*].product[*]");
    const size_t multipliers = table.fields()[field].element_count();
    const int share = maker_.one_in(2) ? 2 : 12;
    const int bits = maker_.one_in(3) ? 1 : 16;  // low bits may leave all answers right
    std::vector<hw::Fault> faults;
    for (size_t element = 0; element < multipliers || faults.empty(); ++element) {
      if (maker_.one_in(share)) {
        hw::Fault fault;
        fault.site = {field, element % multipliers};
        fault.mask = uint64_t{1} << maker_.between(0, bits - 1);
        fault.model = maker_.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
        fault.duration = 0;
        faults.push_back(fault);
      }
    }
    return faults;
  }

  test::LayerMaker maker_{hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))};
  std::shared_ptr<const model::Network> network_ = random_network();
  hw::gpu::SmConfig config_ = configuration();
  GpuEngine engine_{network_, config_};
  GpuCone cone_{engine_, network_, config_};
};

TEST_P(GpuFaultMapEquivalence, EqualsTheSimulationOfEveryCycle) {
  const auto elements = model::element_count(network_->tensor(network_->graph_input).shape);
  int followed = 0, wrong = 0, latent = 0;
  for (int number = 0; number < kMaps; ++number) {
    // The lanes are those of the first image.
    const model::Values input = maker_.codes(elements);
    cone_.begin(input);
    const std::vector<hw::Fault> faults = random_map();
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " " + std::to_string(GetParam()) + ", map " +
                 std::to_string(number) + " of " + std::to_string(faults.size()) + " faults");
    const uint64_t limit = 2 * cone_.total_cycles();
    const ConeRun cone = cone_.run_with_faults(faults, limit);
    if (cone.simulated) {
      continue;
    }
    ++followed;
    const std::vector<model::Values> tensors = *cone.tensors;
    const GoldenRun golden = engine_.golden(input);
    ASSERT_EQ(cone_.golden(), golden.run.tensors);
    ASSERT_EQ(cone_.total_cycles(), golden.run.total_cycles);
    const AcceleratorRun run = engine_.run_with_faults(golden, faults, limit);
    ASSERT_EQ(cone.status, run.status);
    ASSERT_EQ(cone.total_cycles, run.total_cycles);
    ASSERT_EQ(tensors, run.tensors);
    ASSERT_EQ(cone.latent, run.latent);
    ASSERT_EQ(cone.farthest, run.farthest);
    latent += cone.latent ? 1 : 0;
    wrong += run.tensors != golden.run.tensors ? 1 : 0;
  }
  std::printf("seed %llu %d: %d of %d maps followed, %d with wrong values, %d latent\n",
              static_cast<unsigned long long>(kSeed), GetParam(), followed, kMaps, wrong, latent);
  EXPECT_GE(followed, kMaps / 2);
  EXPECT_GT(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Machines, GpuFaultMapEquivalence, testing::Range(0, 6));

}  // namespace
}  // namespace faultline::engine
