#include "sim/campaign/sequential.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// Coverage by following every path from one experiment to the next, through the public interface alone.
double coverage_by_paths(const SequentialRule& rule, double rate) {
  std::map<uint64_t, double> running = {{0, 1.0}};
  double covered = 0;
  for (uint64_t samples = 1; !running.empty(); ++samples) {
    std::map<uint64_t, double> next;
    for (const auto& [hits, probability] : running) {
      next[hits] += probability * (1 - rate);
      next[hits + 1] += probability * rate;
    }
    running.clear();
    for (const auto& [hits, probability] : next) {
      if (rule.stop(hits, samples)) {
        covered += rule.interval(hits, samples).contains(rate) ? probability : 0.0;
      } else {
        running[hits] = probability;
      }
    }
  }
  return covered;
}

TEST(SequentialRule, CoverageIsThatOfAllPaths) {
  for (const SequentialRule& rule : {SequentialRule(0.1, 0.9, 10, 1000), SequentialRule(0.08, 0.95, 25, 90)}) {
    for (const double rate : {0.01, 0.0434, 0.2, 0.5, 0.77, 0.99}) {
      EXPECT_NEAR(rule.coverage(rate), coverage_by_paths(rule, rate), 1e-9) << rate;
    }
  }
}

/// On rates that the calibration did not look at.
TEST(SequentialRule, CoversAtEveryRate) {
  for (const double margin : {0.04, 0.1}) {
    for (const double confidence : {0.95, 0.99}) {
      for (const uint64_t batch : {100, 300}) {
        for (const uint64_t most : {700, 100000}) {
          const SequentialRule rule(margin, confidence, batch, most);
          double least = 1;
          for (int i = 1; i < 997; ++i) {
            least = std::min(least, rule.coverage(std::pow(i / 997.0, 2)));
          }
          EXPECT_GE(least, confidence - 0.002) << margin << " " << confidence << " " << batch << " " << most;
          EXPECT_GE(rule.look_confidence(), confidence);
        }
      }
    }
  }
}

TEST(SequentialRule, StopsInsideTheMarginAndAtLooksOnly) {
  const SequentialRule rule(0.05, 0.95, 100, 1050);
  EXPECT_FALSE(rule.stop(0, 50));
  EXPECT_FALSE(rule.stop(0, 250));
  EXPECT_FALSE(rule.stop(50, 100));
  for (uint64_t samples = 100; samples < 1050; samples += 100) {
    for (uint64_t hits = 0; hits <= samples; ++hits) {
      const Interval interval = rule.interval(hits, samples);
      const bool inside = interval.high - interval.estimate <= 0.05 && interval.estimate - interval.low <= 0.05;
      EXPECT_EQ(rule.stop(hits, samples), inside) << hits << " of " << samples;
      EXPECT_EQ(rule.stop(interval, samples), inside);
    }
  }
}

TEST(SequentialRule, StopsAtTheLargestSample) {
  const SequentialRule rule(0.01, 0.95, 100, 250);
  EXPECT_FALSE(rule.stop(100, 200));
  EXPECT_TRUE(rule.stop(100, 250));
  EXPECT_TRUE(rule.stop(Interval{0.5, 0, 1}, 250));
}

TEST(SequentialRule, OneLookNeedsNoAllowance) {
  EXPECT_EQ(SequentialRule(0.05, 0.95, 500, 500).look_confidence(), 0.95);
  EXPECT_EQ(SequentialRule(0.05, 0.95, 5000, 200).look_confidence(), 0.95);
  EXPECT_GT(SequentialRule(0.05, 0.95, 100, 500).look_confidence(), 0.95);
}

TEST(SequentialRule, RefusesWhatHasNoMeaning) {
  EXPECT_THROW(SequentialRule(0, 0.95, 100, 1000), UserError);
  EXPECT_THROW(SequentialRule(0.004, 0.95, 100, 1000), UserError);
  EXPECT_THROW(SequentialRule(0.5, 0.95, 100, 1000), UserError);
  EXPECT_THROW(SequentialRule(0.05, 1, 100, 1000), UserError);
  EXPECT_THROW(SequentialRule(0.05, 0.95, 0, 1000), UserError);
  EXPECT_THROW(SequentialRule(0.05, 0.95, 100, 0), UserError);
}

}  // namespace
}  // namespace faultline::campaign
