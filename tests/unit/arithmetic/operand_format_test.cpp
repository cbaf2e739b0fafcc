#include "hw/arithmetic/operand_format.h"

#include <random>

#include "gtest/gtest.h"
#include "hw/arithmetic/multiplier.h"
#include "hw/arithmetic/requantisation.h"
#include "hw/common/signed_bits.h"

namespace faultline::hw {
namespace {

TEST(OperandFormat, WidthsFollowFromTheOperands) {
  const OperandFormat eight, twelve{12}, sixteen{16};
  EXPECT_EQ(eight.product_bits(), 16);
  EXPECT_EQ(eight.sum_bits(), 32);
  EXPECT_EQ(eight.operand_bytes(), 1);
  EXPECT_EQ(eight.lowest(), -128);
  EXPECT_EQ(eight.highest(), 127);
  EXPECT_EQ(twelve.product_bits(), 24);
  EXPECT_EQ(twelve.sum_bits(), 48);
  EXPECT_EQ(twelve.operand_bytes(), 2);
  EXPECT_EQ(twelve.lowest(), -2048);
  EXPECT_EQ(sixteen.highest(), 32767);
  EXPECT_NE(twelve, sixteen);
}

TEST(SignedBits, WrapAndPattern) {
  EXPECT_EQ(wrap_to(0x800, 12), -2048);
  EXPECT_EQ(wrap_to(-2049, 12), 2047);
  EXPECT_EQ(wrap_to(int64_t{1} << 47, 48), -(int64_t{1} << 47));
  EXPECT_EQ(wrap_to(-5, 64), -5);
  EXPECT_EQ(low_bits(-1, 24), 0xffffffU);
  EXPECT_EQ(low_bits(-1, 64), ~uint64_t{0});
}

TEST(WideRequantisation, EqualsTheNarrowOneWhereBothApply) {
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 200000; ++trial) {
    const auto value = static_cast<int32_t>(random());
    const FixedPointFactor factor{static_cast<int32_t>(random() >> 33), static_cast<int32_t>(random() % 64)};
    const auto residue = static_cast<int32_t>(random());
    ASSERT_EQ(scale_wide(value, factor, residue), scale(value, factor, residue)) << "seed 7, trial " << trial;
  }
}

TEST(WideRequantisation, IsExactFor48Bits) {
  const int64_t largest = (int64_t{1} << 47) - 1;
  EXPECT_EQ(scale_wide(largest, {1 << 30, 30}), largest);
  EXPECT_EQ(scale_wide(-largest - 1, {1 << 30, 31}), -(int64_t{1} << 46));
  EXPECT_EQ(scale_wide(largest, {1 << 30, 31}), int64_t{1} << 46);  // ...11.1 is a tie and goes to the even neighbour
  EXPECT_EQ(scale_wide(largest, {2147483647, 0}), std::numeric_limits<int64_t>::max());  // limited to 64 bits
}

TEST(WideMultiplier, ExactProductsOfTheEndsOfTheRange) {
  const Multiplier twelve(OperandFormat{12}), sixteen(OperandFormat{16});
  EXPECT_TRUE(sixteen.exact());
  EXPECT_EQ(sixteen.wide_product(-32768, -32768), 1 << 30);
  EXPECT_EQ(sixteen.any_product(-32768, 32767), -32768 * 32767);
  EXPECT_EQ(twelve.any_product(-2048, 2047), -2048 * 2047);
  EXPECT_EQ(Multiplier().any_product(-128, 127), -128 * 127);
}

}  // namespace
}  // namespace faultline::hw
