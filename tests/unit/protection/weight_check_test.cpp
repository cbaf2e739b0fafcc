#include "hw/protection/weight_check.h"

#include <gtest/gtest.h>

#include "hw/common/signed_bits.h"

namespace faultline::hw {
namespace {

constexpr WeightCheck kRange{WeightCheck::Mode::kRange};
constexpr WeightCheck kBits{WeightCheck::Mode::kBits};

TEST(WeightCheck, TakesWeightsOutsideTheRangeForZero) {
  EXPECT_EQ(kRange.passed(-60, -60, 41), -60);
  EXPECT_EQ(kRange.passed(41, -60, 41), 41);
  EXPECT_EQ(kRange.passed(-61, -60, 41), 0);
  EXPECT_EQ(kRange.passed(42, -60, 41), 0);
  EXPECT_EQ(kRange.passed(2000, 1000, 3000), 2000);
  EXPECT_EQ(kRange.passed(0, 1000, 3000), 0);
  EXPECT_EQ(kRange.passed(5, 7, 3), 0) << "bounds that a fault has turned round";
}

TEST(WeightCheck, ExtendsTheSignOfTheBitsThatWeightsUse) {
  for (const int width : {8, 12, 16}) {
    for (int bits = 1; bits <= width; ++bits) {
      const int low = -(1 << (bits - 1));
      for (int weight = -(1 << (width - 1)); weight < 1 << (width - 1); ++weight) {
        ASSERT_EQ(kBits.passed(static_cast<int16_t>(weight), low, -low - 1), wrap_to(weight, bits))
            << weight << " of " << width << " bits as one of " << bits;
      }
    }
  }
}

/// What a struck `low` of 8 bits does, bit by bit.
TEST(WeightCheck, TakesAnyBoundThatAFaultLeaves) {
  for (int low = -128; low < 128; ++low) {
    for (int weight = -128; weight < 128; ++weight) {
      bool negative = false;
      for (int bit = 0; bit < 8; ++bit) {
        const bool begins = (low >> bit & 1) != 0 && (bit == 0 || (low >> (bit - 1) & 1) == 0);
        negative = negative || (begins && (weight >> bit & 1) != 0);
      }
      int expected = 0;
      for (int bit = 0; bit < 8; ++bit) {
        const bool forced = (low >> bit & 1) != 0;
        expected |= (forced ? negative : (weight >> bit & 1) != 0) ? 1 << bit : 0;
      }
      ASSERT_EQ(kBits.passed(static_cast<int16_t>(weight), low, 127), wrap_to(expected, 8)) << weight << ", " << low;
    }
  }
}

}  // namespace
}  // namespace faultline::hw
