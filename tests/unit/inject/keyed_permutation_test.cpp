#include "sim/inject/keyed_permutation.h"

#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace faultline::inject {
namespace {

TEST(KeyedPermutationTest, IsABijectionOfEverySmallDomain) {
  for (uint64_t size = 1; size <= 300; ++size) {
    for (const uint64_t seed : {0, 1, 77}) {
      const KeyedPermutation permutation(seed, 3, size);
      std::vector<bool> reached(size, false);
      for (uint64_t index = 0; index < size; ++index) {
        const FaultCount value = permutation(index);
        ASSERT_LT(static_cast<uint64_t>(value), size) << "seed " << seed;
        EXPECT_FALSE(reached[static_cast<size_t>(value)]) << "size " << size << ", seed " << seed;
        reached[static_cast<size_t>(value)] = true;
      }
    }
  }
}

/// Every image of every index is equally likely over the seeds: chi-square of `size` - 1 degrees of freedom for each
/// index, far below the value that would be exceeded once in 10^9.
TEST(KeyedPermutationTest, SendsEveryIndexEverywhereEquallyOften) {
  constexpr uint64_t kSeeds = 20000;
  for (const uint64_t size : {2, 3, 4, 5, 7, 16, 17, 64}) {
    std::vector<std::vector<uint64_t>> counts(size, std::vector<uint64_t>(size, 0));
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      const KeyedPermutation permutation(seed, 0, size);
      for (uint64_t index = 0; index < size; ++index) {
        ++counts[index][static_cast<size_t>(permutation(index))];
      }
    }
    const double expected = static_cast<double>(kSeeds) / static_cast<double>(size);
    for (const std::vector<uint64_t>& row : counts) {
      double chi_square = 0;
      for (const uint64_t count : row) {
        const double difference = static_cast<double>(count) - expected;
        chi_square += difference * difference / expected;
      }
      const auto freedom = static_cast<double>(size - 1);
      EXPECT_LT(chi_square, freedom + 6 * std::sqrt(2 * freedom) + 24) << "size " << size;
    }
  }
}

TEST(KeyedPermutationTest, SeedsAndStreamsGiveOtherOrders) {
  const FaultCount size = FaultCount{1} << 100;
  const FaultCount first = KeyedPermutation(1, 0, size)(5);
  EXPECT_TRUE(first != KeyedPermutation(2, 0, size)(5));
  EXPECT_TRUE(first != KeyedPermutation(1, 1, size)(5));
  EXPECT_TRUE(first == KeyedPermutation(1, 0, size)(5));
}

TEST(KeyedPermutationTest, LargeDomainsOfAnySizeHaveNoRepetition) {
  for (const FaultCount size : {(FaultCount{1} << 40) + 1, (FaultCount{3} << 62) - 5, ~FaultCount{0}}) {
    const KeyedPermutation permutation(9, 0, size);
    std::set<FaultCount> seen;
    for (uint64_t index = 0; index < 2000; ++index) {
      const FaultCount value = permutation(index);
      EXPECT_TRUE(value < size);
      seen.insert(value);
    }
    EXPECT_EQ(seen.size(), 2000u);
  }
}

TEST(KeyedPermutationTest, NumbersBelowABoundBeyond64BitsAreUniform) {
  hw::CounterRandom random(4, 4);
  const FaultCount third = FaultCount{1} << 100;
  int low = 0;
  constexpr int kDraws = 30000;
  for (int i = 0; i < kDraws; ++i) {
    const FaultCount value = uniform_below(random, 3 * third);
    ASSERT_TRUE(value < 3 * third);
    low += value < third ? 1 : 0;
  }
  EXPECT_NEAR(low, kDraws / 3.0, 5 * std::sqrt(kDraws * 2 / 9.0));
}

TEST(KeyedPermutationTest, DecimalsAreExact) {
  EXPECT_EQ(to_decimal(0), "0");
  EXPECT_EQ(to_decimal(1000), "1000");
  EXPECT_EQ(to_decimal(~FaultCount{0}), "340282366920938463463374607431768211455");
}

}  // namespace
}  // namespace faultline::inject
