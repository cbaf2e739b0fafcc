#include "hw/arithmetic/requantisation.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "hw/common/invalid_configuration.h"

namespace faultline::hw {
namespace {

TEST(Requantisation, TiesGoToTheEvenInteger) {
  const FixedPointFactor half = to_fixed_point(0.5);
  EXPECT_EQ(scale(1, half), 0);
  EXPECT_EQ(scale(3, half), 2);
  EXPECT_EQ(scale(5, half), 2);
  EXPECT_EQ(scale(-1, half), 0);
  EXPECT_EQ(scale(-3, half), -2);
  EXPECT_EQ(scale(7, to_fixed_point(1.0)), 7);
}

TEST(Requantisation, AgreesWithRealArithmetic) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200000; ++trial) {
    const double factor =
        std::ldexp(1.0 + std::generate_canonical<double, 40>(random), -static_cast<int>(random() % 20));
    const int32_t value = static_cast<int32_t>(random()) >> (random() % 24);
    const double real = std::nearbyint(value * factor);
    // The multiplier has 31 significant bits, so the results part by at most one at a rounding boundary.
    ASSERT_LE(std::abs(static_cast<double>(scale(value, to_fixed_point(factor))) - real), 1.0 + std::abs(real) * 1e-9)
        << "seed 1, trial " << trial;
  }
}

TEST(Requantisation, RefusesFactorsThatHaveNoFixedPointForm) {
  EXPECT_THROW(to_fixed_point(-1.0), InvalidConfiguration);
  EXPECT_THROW(to_fixed_point(std::nan("")), InvalidConfiguration);
  EXPECT_THROW(to_fixed_point(4294967296.0), InvalidConfiguration);
}

}  // namespace
}  // namespace faultline::hw
