#include "sim/campaign/survey.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"

namespace faultline::campaign {
namespace {

void expect_same(const Interval& a, const Interval& b) {
  EXPECT_DOUBLE_EQ(a.estimate, b.estimate);
  EXPECT_DOUBLE_EQ(a.low, b.low);
  EXPECT_DOUBLE_EQ(a.high, b.high);
}

SurveyTally tally_of(int hits, int experiments, size_t stratum = 0, double weight = 1) {
  SurveyTally tally;
  for (int i = 0; i < experiments; ++i) {
    tally.add(stratum, weight, 1, i < hits ? 1 : 0);
  }
  return tally;
}

TEST(SurveyTally, IsClopperPearsonsForIndependentRuns) {
  expect_same(tally_of(7, 400).interval({{1, 400}}), clopper_pearson(7, 400));
  // A domain: 600 other experiments lay elsewhere. Equal weights change nothing.
  expect_same(tally_of(7, 400).interval({{1, 1000}}, 0.99), clopper_pearson(7, 400, 0.99));
  expect_same(tally_of(7, 400, 2, 0.25).interval({{0.2, 50}, {0.3, 50}, {0.5, 500}}), clopper_pearson(7, 400));
}

TEST(SurveyTally, IsHypergeometricWithoutReplacement) {
  expect_same(tally_of(7, 400).interval({{1, 400, 1000}}), hypergeometric(7, 400, 1000));
  // Of a domain with 400 of the 800 draws, half of the population is expected.
  expect_same(tally_of(7, 400).interval({{1, 800, 2000}}), hypergeometric(7, 400, 1000));
}

TEST(SurveyTally, KnowsNothingOfAnEmptyGroup) {
  expect_same(SurveyTally().interval({{1, 1000}}), {});
  SurveyTally outside;
  outside.add(0, 1, 0, 0);
  expect_same(outside.interval({{1, 1000}}), {});
}

/// Estimate: 0.25 x 3/10 + 0.75 x 1/30.
TEST(SurveyTally, WeighsStrataByTheirShares) {
  SurveyTally tally = tally_of(3, 10, 0);
  tally.merge(tally_of(1, 30, 1));
  const Interval interval = tally.interval({{1, 10}, {3, 30}});
  EXPECT_NEAR(interval.estimate, 0.1, 1e-12);
  EXPECT_LT(interval.low, 0.1);
  EXPECT_GT(interval.high, 0.1);
}

TEST(SurveyTally, WeighsExperiments) {
  SurveyTally tally;
  tally.add(0, 4, 1, 1);
  tally.add(0, 1, 2, 1);
  EXPECT_DOUBLE_EQ(tally.interval({{1, 2}}).estimate, 5.0 / 6);
}

TEST(SurveyTally, ImagesOfOneFaultAreNoIndependentTrials) {
  SurveyTally together;
  SurveyTally spread;
  for (int i = 0; i < 200; ++i) {
    together.add(0, 1, 100, i < 10 ? 100 : 0);
    spread.add(0, 1, 100, 5);
  }
  // All or none: 200 trials. Every fault alike: almost no spread.
  expect_same(together.interval({{1, 200}}), clopper_pearson(10, 200));
  EXPECT_LT(spread.interval({{1, 200}}).width(), clopper_pearson(1000, 20000).width() * 1.5);
}

TEST(SurveyTally, AStratumWithoutHitsIsNotKnownToHaveNone) {
  SurveyTally tally = tally_of(50, 900, 0);
  tally.merge(tally_of(0, 3, 1));
  const std::vector<Stratum> strata = {{0.5, 900}, {0.5, 3}};
  EXPECT_GT(tally.interval(strata).width(), 3 * clopper_pearson(50, 900).width() / 2);
}

TEST(SurveyTally, BoundsWhatWasNeverSeen) {
  SurveyTally tally;
  for (int i = 0; i < 300; ++i) {
    tally.add(0, 1, 100, 0);
  }
  expect_same(tally.interval({{1, 300}}), clopper_pearson(0, 300));
  SurveyTally strata = tally_of(0, 100, 0);
  strata.merge(tally_of(0, 300, 1));
  // Twice as many draws per share in the second: as good as Kish's 1 / (0.5^2 / 100 + 0.5^2 / 300) draws.
  EXPECT_NEAR(strata.interval({{0.5, 100}, {0.5, 300}}).high, clopper_pearson_effective(0, 300).high, 1e-12);
  EXPECT_EQ(strata.interval({{0.5, 100}, {0.5, 300}}).low, 0);
}

TEST(SurveyTally, IsAPointWhereEveryFaultWasDrawn) {
  SurveyTally tally = tally_of(3, 10, 0);
  tally.merge(tally_of(1, 30, 1));
  const Interval interval = tally.interval({{1, 10, 10}, {3, 30, 30}});
  EXPECT_DOUBLE_EQ(interval.low, interval.estimate);
  EXPECT_DOUBLE_EQ(interval.high, interval.estimate);
}

TEST(SurveyTally, ComplementsMirror) {
  SurveyTally hits;
  SurveyTally misses;
  hw::CounterRandom random(7, 1);
  for (int i = 0; i < 300; ++i) {
    const double weight = 0.5 + random.uniform_real();
    const auto count = static_cast<double>(random.uniform(11));
    hits.add(i % 3, weight, 10, count);
    misses.add(i % 3, weight, 10, 10 - count);
  }
  const std::vector<Stratum> strata = {{0.2, 150}, {0.3, 100}, {0.5, 120}};
  const Interval of_hits = hits.interval(strata);
  const Interval of_misses = misses.interval(strata);
  EXPECT_NEAR(of_hits.low, 1 - of_misses.high, 1e-12);
  EXPECT_NEAR(of_hits.high, 1 - of_misses.low, 1e-12);
}

TEST(SurveyTally, DoesNotTakeTheWordOfAProposal) {
  // The same ten hits in 500 draws, found among faults that were sought ten times as often as the others, or not.
  SurveyTally sought;
  for (int i = 0; i < 500; ++i) {
    sought.add(0, i < 250 ? 0.1 : 1, 1, i < 10 ? 1 : 0);
  }
  const Interval interval = sought.interval({{1, 500}});
  const Interval unsought = tally_of(1, 275).interval({{1, 275}});
  EXPECT_NEAR(interval.estimate, unsought.estimate, 1e-12);
  EXPECT_LT(interval.width(), unsought.width());
  // None of the others hit: they may at up to 3.7 / 250.
  EXPECT_GT(interval.high - interval.estimate, 3.7 / 250 / 4);
}

TEST(WithPilot, CountsPhasesByTheirDraws) {
  const std::vector<Stratum> strata = with_pilot({{0.4, 10}, {0.6, 15}}, {{0.4, 70}, {0.6, 5}});
  ASSERT_EQ(strata.size(), 4U);
  EXPECT_DOUBLE_EQ(strata[0].share, 0.4 * 0.25);
  EXPECT_DOUBLE_EQ(strata[3].share, 0.6 * 0.75);
  EXPECT_EQ(strata[2].drawn, 70U);
}

/// Any split of a campaign into parts merges to the same sums; results stay in [0, 1] around the estimate.
TEST(SurveyTally, MergesAndStaysInRangeAtRandom) {
  const uint64_t seed = 99;
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (uint64_t round = 0; round < 500; ++round) {
    hw::CounterRandom random(seed, round);
    std::vector<Stratum> strata(1 + random.uniform(5));
    SurveyTally whole;
    SurveyTally parts[2];
    const double rate = random.uniform_real() * random.uniform_real();
    for (size_t h = 0; h < strata.size(); ++h) {
      strata[h] = {0.1 + random.uniform_real(), 1 + random.uniform(20), random.uniform(2) == 0 ? 0.0 : 25.0};
      for (uint64_t i = 0; i < strata[h].drawn; ++i) {
        const double weight = std::ldexp(1.0, static_cast<int>(random.uniform(4)));
        const auto trials = static_cast<double>(random.uniform(4));
        const double hits = random.uniform_real() < rate ? std::floor(trials * random.uniform_real() + 0.5) : 0.0;
        whole.add(h, weight, trials, hits);
        parts[random.uniform(2)].add(h, weight, trials, hits);
      }
    }
    parts[1].merge(parts[0]);
    const Interval interval = whole.interval(strata);
    expect_same(interval, parts[1].interval(strata));
    EXPECT_LE(0, interval.low);
    EXPECT_LE(interval.low, interval.estimate);
    EXPECT_LE(interval.estimate, interval.high);
    EXPECT_LE(interval.high, 1);
  }
}

}  // namespace
}  // namespace faultline::campaign
