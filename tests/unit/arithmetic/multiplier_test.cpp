#include "hw/arithmetic/multiplier.h"

#include <algorithm>
#include <array>
#include <memory>

#include "gtest/gtest.h"

namespace faultline::hw {
namespace {

TEST(Multiplier, TheDefaultIsExactForAllOperandPairs) {
  const Multiplier exact;
  EXPECT_TRUE(exact.exact());
  for (int activation = -128; activation < 128; ++activation) {
    for (int weight = -128; weight < 128; ++weight) {
      ASSERT_EQ(exact.product(static_cast<int8_t>(activation), static_cast<int8_t>(weight)), activation * weight);
    }
  }
}

TEST(Multiplier, ATableKeepsItsOperandsApartAndItsZero) {
  auto products = std::make_unique<std::array<int16_t, Multiplier::kEntries>>();
  products->fill(0);
  (*products)[Multiplier::index(3, -5)] = 111;
  (*products)[Multiplier::index(-5, 3)] = 222;
  (*products)[Multiplier::index(0, 0)] = -7;
  const Multiplier multiplier("odd", *products);
  EXPECT_FALSE(multiplier.exact());
  EXPECT_EQ(multiplier.product(3, -5), 111);
  EXPECT_EQ(multiplier.product(-5, 3), 222);
  EXPECT_EQ(multiplier.product(0, 0), -7);
}

TEST(Multiplier, ATableOfTheArithmeticProductsIsExact) {
  const Multiplier exact;
  auto products = std::make_unique<std::array<int16_t, Multiplier::kEntries>>();
  std::copy(exact.table(), exact.table() + Multiplier::kEntries, products->begin());
  EXPECT_TRUE(Multiplier("copy", *products).exact());
  (*products)[Multiplier::index(-128, -128)] = 16383;
  EXPECT_FALSE(Multiplier("one off", *products).exact());
}

}  // namespace
}  // namespace faultline::hw
