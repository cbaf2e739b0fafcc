#include "sim/engine/table_kernel.h"

#include <array>
#include <memory>

// The kernels have this target too; without the macro it is not listed.
#define HWY_WANT_AVX3_DL
#include <hwy/targets.h>

#include "gtest/gtest.h"
#include "tests/unit/engine/kernel_cases.h"

namespace faultline::engine {
namespace {

/// Any int16 for each pair of operands.
hw::Multiplier random_multiplier(std::mt19937& random) {
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (int16_t& product : *products) {
    product = static_cast<int16_t>(random());
  }
  return {"random", *products};
}

void check_on_every_target(const hw::Multiplier& multiplier, unsigned seed) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const TableKernel by_weight(multiplier, TableKernel::Rows::kWeights);
    const TableKernel by_activation(multiplier, TableKernel::Rows::kActivations);
    std::mt19937 random(seed);
    for (int trial = 0; trial < 20; ++trial) {
      SCOPED_TRACE(std::string(hwy::TargetName(target)) + ", seed " + std::to_string(seed) + ", trial " +
                   std::to_string(trial));
      const engine_test::KernelCase drawn(random, TableKernel::kLanes);
      const bool weights = trial % 2 == 0;
      std::vector<int32_t> sums = drawn.sums;
      (weights ? by_weight : by_activation)
          .accumulate(reinterpret_cast<const uint8_t*>(drawn.rows.data()), drawn.row_count,
                      reinterpret_cast<const uint8_t*>(drawn.lanes.data()), drawn.padded, drawn.depth, sums.data());
      ASSERT_EQ(sums, drawn.expected([&](int8_t row, int8_t lane) {
        return weights ? multiplier.product(lane, row) : multiplier.product(row, lane);
      })) << drawn.row_count
          << " x " << drawn.depth << " x " << drawn.padded;
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(TableKernel, GivesThePlainLoopsSumsOnEveryTarget) {
  std::mt19937 random(22);
  check_on_every_target(random_multiplier(random), 23);
}

TEST(TableKernel, HoldsTheLargestSumsOnEveryTarget) {
  for (const int16_t product : {int16_t{INT16_MIN}, int16_t{INT16_MAX}, int16_t{-1}}) {
    auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
    products->fill(product);
    check_on_every_target({"constant", *products}, 24);
  }
}

}  // namespace
}  // namespace faultline::engine
