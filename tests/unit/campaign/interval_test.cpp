#include "sim/campaign/interval.h"

#include <algorithm>
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

TEST(ClopperPearson, TakesAnyConfidence) {
  EXPECT_NEAR(clopper_pearson(0, 1000, 0.9).high, 1 - std::pow(0.05, 1.0 / 1000), 1e-12);
  EXPECT_NEAR(clopper_pearson(20, 20, 0.99).low, std::pow(0.005, 1.0 / 20), 1e-12);
}

TEST(Wilson, SolvesTheScoreEquation) {
  // (p^ - p)^2 = z^2 p (1 - p) / n at both bounds.
  const double z = 1.959963984540054;
  for (const double hits : {0.0, 1.0, 13.5, 70.0}) {
    const Interval interval = wilson(hits, 70);
    for (const double bound : {interval.low, interval.high}) {
      EXPECT_NEAR(std::pow(hits / 70 - bound, 2), z * z * bound * (1 - bound) / 70, 1e-12) << hits;
    }
  }
  EXPECT_EQ(wilson(0, 70).low, 0);
  EXPECT_EQ(wilson(70, 70).high, 1);
}

double choose(int n, int k) {
  return k < 0 || k > n ? 0 : std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0));
}

/// By brute force over every total that a population of 60 can have, at a tail that no probability equals.
TEST(Hypergeometric, HoldsTheTotalsThatNoTailRejects) {
  const int members = 60;
  for (const int draws : {1, 7, 30, 59}) {
    for (int hits = 0; hits <= draws; ++hits) {
      double low = 1;
      double high = 0;
      for (int total = hits; total <= members - (draws - hits); ++total) {
        double at_least = 0;
        double at_most = 0;
        for (int k = 0; k <= draws; ++k) {
          const double probability = choose(total, k) * choose(members - total, draws - k) / choose(members, draws);
          at_least += k >= hits ? probability : 0;
          at_most += k <= hits ? probability : 0;
        }
        if (at_least > 0.035 && at_most > 0.035) {
          low = std::min(low, total / 60.0);
          high = std::max(high, total / 60.0);
        }
      }
      const Interval interval = hypergeometric(hits, draws, members, 0.93);
      EXPECT_EQ(interval.low, low) << hits << " of " << draws;
      EXPECT_EQ(interval.high, high) << hits << " of " << draws;
    }
  }
}

TEST(Hypergeometric, IsAPointWhereEverythingWasDrawn) {
  for (const uint64_t hits : {0, 1, 500, 1000}) {
    const Interval interval = hypergeometric(hits, 1000, 1000);
    EXPECT_EQ(interval.low, static_cast<double>(hits) / 1000);
    EXPECT_EQ(interval.high, static_cast<double>(hits) / 1000);
  }
}

TEST(Hypergeometric, LiesWithinTheBinomialIntervalAndTendsToIt) {
  for (const uint64_t hits : {0, 3, 400, 999, 1000}) {
    const Interval binomial = clopper_pearson(hits, 1000);
    double width = 0;
    for (const uint64_t population : {uint64_t{1001}, uint64_t{2000}, uint64_t{20000}, uint64_t{1} << 40}) {
      const Interval interval = hypergeometric(hits, 1000, population);
      EXPECT_GE(interval.low, binomial.low);
      EXPECT_LE(interval.high, binomial.high);
      EXPECT_GE(interval.width(), width) << population;
      width = interval.width();
    }
    EXPECT_NEAR(width, binomial.width(), 1e-6);
  }
}

TEST(UpperBoundOfNone, IsTheRuleOfThree) {
  EXPECT_NEAR(upper_bound_of_none(1000), 3.0 / 1000, 1e-5);
  EXPECT_NEAR(std::pow(1 - upper_bound_of_none(250, 0.99), 250), 0.01, 1e-12);
  EXPECT_EQ(upper_bound_of_none(0), 1);
}

/// Newcombe (1998), table II: 56/70 against 48/80, method 10.
TEST(Difference, IsNewcombesHybridScoreInterval) {
  const Interval interval = difference(wilson(56, 70), wilson(48, 80));
  EXPECT_NEAR(interval.estimate, 0.2, 1e-12);
  EXPECT_NEAR(interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(interval.high, 0.3339, 5e-5);
  const Interval extreme = difference(wilson(10, 10), wilson(0, 20));
  EXPECT_NEAR(extreme.low, 0.6791, 5e-5);
  EXPECT_EQ(extreme.high, 1);
}

}  // namespace
}  // namespace faultline::campaign
