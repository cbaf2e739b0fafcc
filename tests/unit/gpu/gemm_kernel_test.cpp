#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/kernel_library.h"
#include "tests/support/sm_harness.h"

namespace faultline::gpu {
namespace {

/// A table that is neither commutative nor 0 for a zero operand.
hw::Multiplier odd_multiplier() {
  std::array<int16_t, hw::Multiplier::kEntries> products;
  for (int weight = -128; weight < 128; ++weight) {
    for (int activation = -128; activation < 128; ++activation) {
      products[hw::Multiplier::index(static_cast<int8_t>(activation), static_cast<int8_t>(weight))] =
          static_cast<int16_t>(activation * weight + 3 * activation - weight + 5);
    }
  }
  return {"odd", products};
}

struct Product {
  int64_t m, k, n;
  std::vector<int8_t> a, b;  ///< row-major, k long each
};

Product random_product(hw::CounterRandom& random, int64_t largest) {
  const auto extent = [&] { return static_cast<int64_t>(1 + random.uniform(static_cast<uint64_t>(largest))); };
  Product product{extent(), extent(), extent(), {}, {}};
  const auto fill = [&](std::vector<int8_t>& codes, int64_t count) {
    codes.resize(static_cast<size_t>(count));
    for (int8_t& code : codes) {
      code = static_cast<int8_t>(random.uniform(256));
    }
  };
  fill(product.a, product.m * product.k);
  fill(product.b, product.n * product.k);
  return product;
}

std::vector<int32_t> plain_loop(const Product& product, const hw::Multiplier& multiplier) {
  std::vector<int32_t> c;
  for (int64_t row = 0; row < product.m; ++row) {
    for (int64_t column = 0; column < product.n; ++column) {
      int32_t sum = 0;
      for (int64_t i = 0; i < product.k; ++i) {
        sum += multiplier.product(product.a[static_cast<size_t>(row * product.k + i)],
                                  product.b[static_cast<size_t>(column * product.k + i)]);
      }
      c.push_back(sum);
    }
  }
  return c;
}

std::vector<int8_t> pitched(const std::vector<int8_t>& rows, int64_t length, int64_t pitch) {
  std::vector<int8_t> spread(rows.size() / static_cast<size_t>(length) * static_cast<size_t>(pitch));
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<int64_t>(i) / length;
    spread[static_cast<size_t>(row * pitch + static_cast<int64_t>(i) % length)] = rows[i];
  }
  return spread;
}

enum class Buffers { kOne, kTwo };

std::vector<int32_t> on_the_sm(const Product& product, const hw::gpu::SmConfig& config, Buffers buffers) {
  SmHarness sm(config);
  sm.load(kernel_library());
  GemmPlacement place;
  place.rows = product.m;
  place.columns = product.n;
  place.depth = product.k;
  place.a_pitch = place.b_pitch = (product.k + 3) / 4 * 4;
  place.a = 0;
  place.b = 128 * 1024;
  place.c = 512 * 1024;
  place.c_row_step = product.n * 4;
  sm.write(0, pitched(product.a, product.k, place.a_pitch));
  sm.write(128 * 1024, pitched(product.b, product.k, place.b_pitch));
  const uint64_t limit = 50'000'000;
  GemmTile tile = gemm_tile(kernel_library(), config, place.rows);
  tile.double_buffered = buffers == Buffers::kTwo;
  if (tile.double_buffered) {
    tile.rows = 8;
    tile.log2_columns = 3;
  }
  EXPECT_LT(sm.run(gemm_launch(kernel_library(), tile, place), limit), limit);
  EXPECT_FALSE(sm.core.trapped());
  return sm.read<int32_t>(512 * 1024, static_cast<size_t>(product.m * product.n));
}

void check_shapes(const hw::gpu::SmConfig& config, uint64_t seed, int count, int64_t largest,
                  Buffers buffers = Buffers::kOne) {
  for (int number = 0; number < count; ++number) {
    hw::CounterRandom random(seed, static_cast<uint64_t>(number));
    const Product product = random_product(random, largest);
    SCOPED_TRACE(testing::Message() << "seed " << seed << " number " << number << ": " << product.m << " x "
                                    << product.k << " x " << product.n);
    ASSERT_EQ(on_the_sm(product, config, buffers), plain_loop(product, config.multiplier));
  }
}

TEST(GemmKernel, SmallShapesEqualAPlainLoop) {
  check_shapes(small_sm(), 7001, 80, 24);
}

TEST(GemmKernel, LargeRaggedShapesEqualAPlainLoop) {
  hw::gpu::SmConfig config = small_sm();
  config.warp_size = 32;
  config.lanes = 32;
  config.partitions = 2;
  config.shared_banks = 32;
  config.register_entries = 1024;
  check_shapes(config, 7002, 6, 257);
}

TEST(GemmKernel, EveryMultiplierSeesExactlyTheOperandsOfTheProduct) {
  hw::gpu::SmConfig config = small_sm();
  config.multiplier = odd_multiplier();
  check_shapes(config, 7003, 60, 24);
}

TEST(GemmKernel, TwoBuffersGiveTheSameSums) {
  hw::gpu::SmConfig config = small_sm();
  config.multiplier = odd_multiplier();
  check_shapes(config, 7005, 20, 90, Buffers::kTwo);
}

TEST(GemmKernel, TwoBuffersHideTheLatencyOfCopies) {
  hw::gpu::SmConfig config = small_sm();
  config.global_latency = 300;
  GemmPlacement place;
  place.rows = place.columns = 8;
  place.depth = place.a_pitch = place.b_pitch = 256;
  place.b = 4096;
  place.c = 8192;
  std::vector<uint64_t> cycles;
  for (const bool double_buffered : {false, true}) {
    SmHarness sm(config);
    sm.load(kernel_library());
    cycles.push_back(sm.run(gemm_launch(kernel_library(), {3, 8, double_buffered}, place)));
  }
  EXPECT_LT(cycles[1], cycles[0]);
}

TEST(GemmKernel, RandomMachinesGiveTheSameSums) {
  const uint64_t seed = 7004;
  for (uint64_t number = 0; number < 60; ++number) {
    hw::CounterRandom random(seed, number);
    const auto one_of = [&](std::vector<int> values) { return values[random.uniform(values.size())]; };
    hw::gpu::SmConfig config = small_sm();
    config.scheduler = random.uniform(2) == 0 ? "lrr" : "gto";
    config.warp_size = one_of({4, 8, 16, 32});
    config.lanes = one_of({1, 2, 4});
    config.partitions = one_of({1, 2, 3, 4});
    config.warps = one_of({4, 8, 13});
    config.blocks = one_of({1, 2, 5});
    config.collectors = one_of({1, 2, 5});
    config.register_banks = one_of({1, 2, 4});
    config.alu_stages = one_of({2, 3, 6});
    config.mac_stages = one_of({3, 4, 7});
    config.shared_banks = one_of({1, 4, 32});
    config.shared_latency = one_of({1, 9});
    config.memory_instructions = one_of({1, 2, 8});
    config.memory_transactions = one_of({1, 3, 16});
    config.memory_queue = one_of({1, 4});
    config.segment_bytes = one_of({4, 16, 64});
    config.bus_bytes = one_of({3, 16});
    config.global_latency = one_of({1, 17});
    const Product product = random_product(random, 14);
    SCOPED_TRACE(testing::Message() << "seed " << seed << " number " << number);
    ASSERT_EQ(on_the_sm(product, config, Buffers::kOne), plain_loop(product, config.multiplier));
  }
}

}  // namespace
}  // namespace faultline::gpu
