#include "sim/engine/exact_kernel.h"

// The kernels have this target too; without the macro it is not listed.
#define HWY_WANT_AVX3_DL
#include <hwy/targets.h>

#include "gtest/gtest.h"
#include "tests/unit/engine/kernel_cases.h"

namespace faultline::engine {
namespace {

std::vector<int32_t> multiply(const engine_test::KernelCase& drawn) {
  const size_t depth = exact_kernel::groups(drawn.depth);
  std::vector<int32_t> rows(drawn.row_count * depth);
  for (size_t row = 0; row < drawn.row_count; ++row) {
    exact_kernel::pack_row(drawn.rows.data() + row * drawn.depth, drawn.depth, rows.data() + row * depth);
  }
  std::vector<int32_t> lanes(depth * drawn.padded);
  exact_kernel::pack_lanes(drawn.lanes.data(), drawn.depth, drawn.padded, lanes.data());
  std::vector<int32_t> sums = drawn.sums;
  exact_kernel::accumulate(rows.data(), drawn.row_count, lanes.data(), drawn.padded, depth, sums.data());
  return sums;
}

TEST(ExactKernel, GivesThePlainLoopsSumsOnEveryTarget) {
  constexpr unsigned kSeed = 21;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    std::mt19937 random(kSeed);
    for (int trial = 0; trial < 40; ++trial) {
      SCOPED_TRACE(std::string(hwy::TargetName(target)) + ", seed " + std::to_string(kSeed) + ", trial " +
                   std::to_string(trial));
      const engine_test::KernelCase drawn(random, exact_kernel::kLanes);
      const auto product = [](int8_t row, int8_t lane) { return row * lane; };
      ASSERT_EQ(multiply(drawn), drawn.expected(product))
          << drawn.row_count << " x " << drawn.depth << " x " << drawn.padded;
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace faultline::engine
