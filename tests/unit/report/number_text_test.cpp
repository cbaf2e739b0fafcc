#include "sim/report/number_text.h"

#include <gtest/gtest.h>

namespace faultline::report {
namespace {

TEST(NumberText, GroupsDigits) {
  EXPECT_EQ(count_text(7), "7");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1234567), "1\u202F234\u202F567");
  EXPECT_EQ(digits_text("118059162071741130342"), "118\u202F059\u202F162\u202F071\u202F741\u202F130\u202F342");
}

TEST(NumberText, GivesThreeDigitsThatMatter) {
  EXPECT_EQ(percent(0), "0\u00A0%");
  EXPECT_EQ(percent(1), "100\u00A0%");
  EXPECT_EQ(percent(0.3416), "34.2\u00A0%");
  EXPECT_EQ(percent(0.03416), "3.42\u00A0%");
  EXPECT_EQ(percent(0.003416), "0.34\u00A0%");
  EXPECT_EQ(percent(0.0003416), "0.034\u00A0%");
  EXPECT_EQ(percent(0.00000342), "0.00034\u00A0%");
}

TEST(NumberText, WritesIntervals) {
  EXPECT_EQ(bounds({0.5, 0.0236, 0.0472}), "2.36 to 4.72\u00A0%");
  EXPECT_EQ(bounds({0, -0.01, 0.02}), "\u22121.00 to 2.00\u00A0%");
  EXPECT_EQ(estimate_text({0, 0, 1}), "no runs");
  EXPECT_EQ(estimate_text({0, 0, 0.975}), "0\u00A0%");
}

TEST(NumberText, SignsDifferences) {
  EXPECT_EQ(points(0.012), "1.20");
  EXPECT_EQ(points(0.012, true), "+1.20");
  EXPECT_EQ(points(-0.012, true), "\u22121.20");
  EXPECT_EQ(points(0, true), "0");
}

TEST(NumberText, EndsAxesAtRoundNumbers) {
  EXPECT_DOUBLE_EQ(axis_end(0.031, 1), 0.05);
  EXPECT_DOUBLE_EQ(axis_end(0.05, 1), 0.05);
  EXPECT_DOUBLE_EQ(axis_end(0.51, 1), 1);
  EXPECT_DOUBLE_EQ(axis_end(0.0011, 1), 0.002);
  EXPECT_DOUBLE_EQ(axis_end(0, 1), 1);
  EXPECT_EQ(round_percent(0.05), "5\u00A0%");
}

}  // namespace
}  // namespace faultline::report
