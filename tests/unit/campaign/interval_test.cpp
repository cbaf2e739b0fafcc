#include "sim/campaign/interval.h"

#include <cmath>

#include <gtest/gtest.h>

namespace faultline::campaign {
namespace {

TEST(ClopperPearson, HasClosedFormsAtTheEnds) {
  // No hits in n trials: (1 - p)^n = 0.025.
  const Interval none = clopper_pearson(0, 1000);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_NEAR(none.high, 1 - std::pow(0.025, 1.0 / 1000), 1e-12);
  const Interval all = clopper_pearson(20, 20);
  EXPECT_NEAR(all.low, std::pow(0.025, 1.0 / 20), 1e-12);
  EXPECT_EQ(all.high, 1.0);
  EXPECT_EQ(clopper_pearson(0, 0).high, 1.0);
}

/// The bounds solve sum_{i >= k} C(n, i) p^i (1 - p)^(n - i) = 0.025 and its mirror: checked by summing.
TEST(ClopperPearson, BoundsLeaveTwoAndAHalfPercentOutside) {
  const auto at_least = [](int k, int n, double p) {
    double sum = 0;
    for (int i = k; i <= n; ++i) {
      sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) + i * std::log(p) +
                      (n - i) * std::log1p(-p));
    }
    return sum;
  };
  const Interval interval = clopper_pearson(13, 70);
  EXPECT_NEAR(at_least(13, 70, interval.low), 0.025, 1e-9);
  EXPECT_NEAR(1 - at_least(14, 70, interval.high), 0.025, 1e-9);
}

}  // namespace
}  // namespace faultline::campaign
