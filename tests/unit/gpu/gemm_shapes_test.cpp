#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/gemm_run.h"
#include "sim/gpu/kernel_library.h"
#include "sim/gpu/network_mapper.h"
#include "tests/support/random_layer.h"
#include "tests/support/sm_harness.h"

namespace faultline::gpu {
namespace {

constexpr int kLargestExtent = 257;

/// From the environment, for scripts/check_gpu_gemm.sh.
uint64_t shape_setting(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

hw::gpu::SmConfig shape_machine(test::LayerMaker& maker) {
  hw::gpu::SmConfig config = small_sm();
  config.partitions = maker.between(1, 3);
  config.warp_size = config.lanes = config.shared_banks = maker.one_in(2) ? 32 : 16;
  config.register_entries = 1024;
  config.scheduler = maker.one_in(2) ? "lrr" : "gto";
  config.multiplier = maker.one_in(2) ? maker.multiplier() : hw::Multiplier();
  config.global_bytes = 4 * 1024 * 1024;
  return config;
}

/// The launches that a product is mapped to, on a multiprocessor without SystemC.
std::vector<int32_t> product_on_the_sm(const model::Network& network, const engine::Gemm& gemm,
                                       const hw::gpu::SmConfig& config, uint64_t& cycles) {
  const NetworkPlan plan = map_network(network, config, kernel_library());
  SmHarness sm(config);
  sm.load(kernel_library());
  for (const MemoryImage& image : plan.constants) {
    sm.write(static_cast<uint64_t>(image.address), image.bytes);
  }
  const LayerPlan& layer = plan.layers.front();
  sm.write(static_cast<uint64_t>(layer.input), gemm.a);
  constexpr uint64_t kLimit = 100'000'000;
  for (const LayerLaunch& launch : layer.launches) {
    const uint64_t taken = sm.run(launch.launch, kLimit);
    EXPECT_LT(taken, kLimit);
    EXPECT_FALSE(sm.core.trapped());
    cycles += taken;
  }
  return sm.read<int32_t>(static_cast<uint64_t>(layer.output), static_cast<size_t>(gemm.m * gemm.n));
}

/// Products of random shapes, ragged edges in all three extents, on random machines: the kernels against the functional
/// engine.
TEST(GemmShapes, EqualTheFunctionalEngine) {
  const uint64_t seed = shape_setting("FAULTLINE_SEED", 1);
  const uint64_t first = shape_setting("FAULTLINE_FIRST", 0);
  const uint64_t count = shape_setting("FAULTLINE_COUNT", 6);
  uint64_t cycles = 0;
  for (uint64_t number = first; number < first + count; ++number) {
    test::LayerMaker maker{hw::CounterRandom(seed, number)};
    const int m = maker.between(1, kLargestExtent);
    const int k = maker.between(1, kLargestExtent);
    const int n = maker.between(1, kLargestExtent);
    SCOPED_TRACE(testing::Message() << "seed " << seed << " number " << number << ": " << m << " x " << k << " x "
                                    << n);
    const hw::gpu::SmConfig config = shape_machine(maker);
    const engine::Gemm gemm = engine::random_gemm(m, k, n, seed + number);
    const auto network = engine::gemm_network(gemm);
    const engine::FunctionalEngine functional(network, config.multiplier);
    const std::vector<model::Values> tensors = functional.run(model::Values(gemm.a));
    const auto output = static_cast<size_t>(network->graph_outputs.front());
    ASSERT_EQ(product_on_the_sm(*network, gemm, config, cycles), std::get<std::vector<int32_t>>(tensors[output]));
  }
  std::printf("seed %llu, %llu shapes from number %llu on, %llu cycles: no difference\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(first), static_cast<unsigned long long>(cycles));
}

}  // namespace
}  // namespace faultline::gpu
