#include "hw/common/counter_random.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace faultline::hw {
namespace {

using Words = std::array<uint32_t, 4>;

/// Known answers published with Random123 (file kat_vectors, "philox4x32 10").
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox_4x32_10({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox_4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(CounterRandom, IsPhiloxWithTheSeedAsKeyAndTheStreamAboveTheBlockNumber) {
  CounterRandom random(0x299f31d0a4093822, 0x0370734413198a2e);
  for (uint32_t block = 0; block < 3; ++block) {
    const Words words = philox_4x32_10({block, 0, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
    EXPECT_EQ(random.next_u64(), words[0] | (uint64_t{words[1]} << 32));
    EXPECT_EQ(random.next_u64(), words[2] | (uint64_t{words[3]} << 32));
  }
}

TEST(CounterRandom, StreamsAndSeedsGiveDifferentNumbers) {
  std::set<uint64_t> numbers;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    for (uint64_t stream = 0; stream < 8; ++stream) {
      CounterRandom random(seed, stream);
      for (int draw = 0; draw < 16; ++draw) {
        numbers.insert(random.next_u64());
      }
    }
  }
  EXPECT_EQ(numbers.size(), 8U * 8U * 16U);
}

TEST(CounterRandom, UniformStaysBelowItsBoundAndFillsIt) {
  CounterRandom random(1, 2);
  std::array<int, 7> counts{};
  constexpr int kDraws = 70000;
  for (int draw = 0; draw < kDraws; ++draw) {
    ++counts.at(random.uniform(counts.size()));
  }
  // Chi-squared with 6 degrees of freedom exceeds 22.46 once in a thousand; the seed is fixed, so this is one draw.
  double chi_squared = 0;
  for (const int count : counts) {
    chi_squared += (count - kDraws / 7.0) * (count - kDraws / 7.0) / (kDraws / 7.0);
  }
  EXPECT_LT(chi_squared, 22.46);
}

TEST(CounterRandom, UniformOfHugeBoundsRejectsInsteadOfFolding) {
  // With a bound of 3 * 2^62, folding would give the lowest quarter of the 64-bit range twice as often as the others.
  constexpr uint64_t kQuarter = uint64_t{1} << 62;
  CounterRandom random(3, 4);
  std::array<int, 3> counts{};
  constexpr int kDraws = 30000;
  for (int draw = 0; draw < kDraws; ++draw) {
    ++counts.at(random.uniform(3 * kQuarter) / kQuarter);
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, kDraws / 3.0, 400);  // five standard deviations
  }
}

TEST(CounterRandom, UniformOfOneIsZero) {
  CounterRandom random(5, 6);
  EXPECT_EQ(random.uniform(1), 0U);
}

TEST(CounterRandom, UniformRealIsInTheUnitIntervalWithItsMean) {
  CounterRandom random(7, 8);
  double sum = 0;
  constexpr int kDraws = 100000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const double value = random.uniform_real();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);  // more than five standard deviations of 1/sqrt(12 * draws)
}

TEST(CounterRandom, DrivesTheStandardLibrary) {
  CounterRandom random(9, 10);
  std::vector<int> values(100);
  std::iota(values.begin(), values.end(), 0);
  std::vector<int> shuffled = values;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  EXPECT_NE(shuffled, values);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, values);
}

}  // namespace
}  // namespace faultline::hw
