#include "sim/campaign/allocation.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

using testing::ElementsAre;

uint64_t sum(const std::vector<uint64_t>& draws) {
  return std::accumulate(draws.begin(), draws.end(), uint64_t{0});
}

PilotStratum pilot(int experiments, int hits) {
  PilotStratum stratum;
  for (int i = 0; i < experiments; ++i) {
    stratum.add(i < hits ? 1 : 0);
  }
  return stratum;
}

TEST(ProportionalAllocation, GivesTheLargestRemaindersTheRest) {
  EXPECT_THAT(proportional_allocation(10, {{0.5}, {0.3}, {0.2}}), ElementsAre(5, 3, 2));
  // 4.7, 3.2, 2.1
  EXPECT_THAT(proportional_allocation(10, {{47}, {32}, {21}}), ElementsAre(5, 3, 2));
  // Ties go to the first.
  EXPECT_THAT(proportional_allocation(10, {{1}, {1}, {1}, {1}}), ElementsAre(3, 3, 2, 2));
}

TEST(ProportionalAllocation, StarvesNoStratumOfPositivePopulation) {
  EXPECT_THAT(proportional_allocation(100, {{1}, {1e-9}, {0}, {1e-9, 5}}), ElementsAre(94, 1, 0, 5));
}

TEST(ProportionalAllocation, DrawsNoMoreThanThereAre) {
  EXPECT_THAT(proportional_allocation(100, {{0.9, 1, 20}, {0.05}, {0.05}}), ElementsAre(20, 40, 40));
  EXPECT_THAT(proportional_allocation(7, {{0.5, 1, 3}, {0.5, 9, 4}}), ElementsAre(3, 4));
}

TEST(ProportionalAllocation, RefusesWhatCannotBe) {
  EXPECT_THROW(proportional_allocation(2, {{1}, {1}, {1}}), UserError);
  EXPECT_THROW(proportional_allocation(8, {{0.5, 1, 3}, {0.5, 1, 4}}), UserError);
  EXPECT_THROW(proportional_allocation(1, {}), UserError);
}

TEST(NeymanAllocation, GoesByShareTimesDeviation) {
  // Equal shares; smoothed rates 50.5/101 and 0.5/101 have deviations 0.5 and 0.0702.
  EXPECT_THAT(neyman_allocation(1000, {{1}, {1}}, {pilot(100, 50), pilot(100, 0)}), ElementsAre(877, 123));
  EXPECT_THAT(neyman_allocation(1000, {{1, 100}, {1, 300}}, {pilot(100, 50), pilot(100, 0)}), ElementsAre(700, 300));
}

TEST(NeymanAllocation, APilotWithoutHitsStillGetsDraws) {
  const std::vector<uint64_t> draws =
      neyman_allocation(100, {{1}, {1}, {2}}, {pilot(20, 0), pilot(20, 0), pilot(20, 0)});
  EXPECT_THAT(draws, ElementsAre(25, 25, 50));
}

TEST(PilotStratum, OutcomesOfClustersVaryLess) {
  EXPECT_DOUBLE_EQ(pilot(10, 3).smoothed_deviation(), std::sqrt(3.5 / 11 * 7.5 / 11));
  PilotStratum even;
  for (int i = 0; i < 10; ++i) {
    even.add(0.3);
  }
  EXPECT_LT(even.smoothed_deviation(), pilot(10, 3).smoothed_deviation());
  EXPECT_GT(even.smoothed_deviation(), 0);
}

TEST(Allocation, AddsUpAndKeepsItsBoundsAtRandom) {
  const uint64_t seed = 20240611;
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (uint64_t round = 0; round < 2000; ++round) {
    hw::CounterRandom random(seed, round);
    std::vector<AllocationStratum> strata(1 + random.uniform(40));
    std::vector<PilotStratum> pilots;
    uint64_t least = 0;
    uint64_t most = 0;
    for (AllocationStratum& stratum : strata) {
      stratum = {random.uniform_real() * random.uniform_real(), random.uniform(5), 5 + random.uniform(100)};
      least += stratum.least;
      most += stratum.most;
      const auto experiments = static_cast<int>(random.uniform(20));
      pilots.push_back(pilot(experiments, static_cast<int>(random.uniform(experiments + 1))));
    }
    const uint64_t total = least + random.uniform(most - least + 1);
    for (const std::vector<uint64_t>& draws :
         {proportional_allocation(total, strata), neyman_allocation(total, strata, pilots)}) {
      EXPECT_EQ(sum(draws), total) << round;
      for (size_t i = 0; i < strata.size(); ++i) {
        EXPECT_GE(draws[i], strata[i].least) << round;
        EXPECT_LE(draws[i], strata[i].most) << round;
      }
    }
  }
}

}  // namespace
}  // namespace faultline::campaign
