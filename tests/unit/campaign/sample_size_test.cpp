#include "sim/campaign/sample_size.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

MarginTerms at(double confidence, double proportion = 0.5, bool exact = false) {
  return {confidence, proportion, exact};
}

TEST(SampleSize, IsThatOfTheLiterature) {
  EXPECT_EQ(sample_size("17174144", 0.01, at(0.99)), 16625);
  // Tables of the finite-population formula at p = 0.5.
  EXPECT_EQ(sample_size("1000", 0.05), 278);
  EXPECT_EQ(sample_size("10000", 0.05), 370);
  EXPECT_EQ(sample_size("100000", 0.01), 8763);
  EXPECT_EQ(sample_size("100000", 0.05, at(0.9)), 270);
  EXPECT_EQ(sample_size("1", 0.01), 1);
}

TEST(SampleSize, ApproachesThatOfAnInfinitePopulation) {
  // t^2 / 4 e^2: 384.16 and 9604; the latter is never exceeded.
  const std::string endless = "1000000000000000000000000000000000000000000";
  EXPECT_EQ(sample_size(endless, 0.05), 385);
  EXPECT_EQ(sample_size(endless, 0.01), 9604);
  EXPECT_EQ(sample_size(endless, 0.01, at(0.95, 0.1)), 3458);
  EXPECT_EQ(sample_size(endless, 1e-9), 960400000000000000);
}

/// 9603 / (1 + 9602 / 9604) = 9603 * 9604 / 19206 = 4802: one ulp more would give 4803.
TEST(SampleSize, IsExactWhereTheFormulaIsWhole) {
  EXPECT_EQ(sample_size("9603", 0.01), 4802);
}

TEST(SampleSize, TakesTheQuantileInFullOnRequest) {
  EXPECT_NEAR(normal_quantile(at(0.95, 0.5, true)), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(at(0.97, 0.5, true)), 2.1700903775845606, 1e-12);
  EXPECT_EQ(normal_quantile(at(0.9)), 1.645);
  EXPECT_EQ(normal_quantile(at(0.999)), 3.29);
  EXPECT_EQ(sample_size("17174144", 0.01, at(0.99, 0.5, true)), 16572);
  EXPECT_EQ(sample_size("1", 0.01, at(1e-300, 0.5, true)), 1);
}

TEST(SampleSize, TheMarginOfTheSizeIsInsideAndThatOfOneFewerIsNot) {
  for (const char* population : {"500", "17174144", "99999999999999999999999"}) {
    for (const double margin : {0.1, 0.02, 0.003}) {
      const uint64_t size = sample_size(population, margin, at(0.99, 0.2));
      EXPECT_LE(achieved_margin(population, size, at(0.99, 0.2)), margin * (1 + 1e-12));
      EXPECT_GT(achieved_margin(population, size - 1, at(0.99, 0.2)), margin);
    }
  }
  EXPECT_EQ(achieved_margin("1000", 1000), 0);
  EXPECT_EQ(achieved_margin("1", 1), 0);
}

TEST(SampleSize, RefusesWhatHasNoMeaning) {
  for (const double outside : {0.0, 1.0, -0.1, 1.5, std::nan("")}) {
    EXPECT_THROW(sample_size("1000", outside), UserError);
    EXPECT_THROW(sample_size("1000", 0.01, at(outside)), UserError);
    EXPECT_THROW(sample_size("1000", 0.01, at(outside, 0.5, true)), UserError);
    EXPECT_THROW(sample_size("1000", 0.01, at(0.95, outside)), UserError);
  }
  EXPECT_THROW(sample_size("1000", 0.01, at(0.97)), UserError);
  EXPECT_THROW(achieved_margin("1000", 1001), UserError);
  EXPECT_THROW(achieved_margin("1000", 0), UserError);
  EXPECT_THROW(sample_size("1" + std::string(60, '0'), 1e-12), UserError);
  for (const char* text : {"", "0", "000", "-5", "1e6", "12.5", " 7"}) {
    EXPECT_THROW(sample_size(text, 0.01), UserError) << text;
  }
}

}  // namespace
}  // namespace faultline::campaign
