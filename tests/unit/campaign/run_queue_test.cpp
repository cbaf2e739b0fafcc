#include "sim/campaign/run_queue.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"

namespace faultline::campaign {
namespace {

/// Experiment n strikes `per_experiment` images from a random one on.
class ScatteredExperiments : public inject::ExperimentSource {
 public:
  ScatteredExperiments(uint64_t size, size_t images, size_t per_experiment)
      : size_(size), images_(images), per_experiment_(per_experiment) {}
  uint64_t size() const override { return size_; }
  inject::Experiment at(uint64_t number) const override {
    hw::CounterRandom random(3, number);
    const auto first = static_cast<size_t>(random.uniform(images_));
    inject::Experiment experiment;
    for (size_t i = 0; i < per_experiment_; ++i) {
      experiment.images.push_back((first + i) % images_);
    }
    return experiment;
  }
  size_t images_per_experiment() const override { return per_experiment_; }
  nlohmann::ordered_json population() const override { return {}; }

 private:
  uint64_t size_;
  size_t images_;
  size_t per_experiment_;
};

RunQueue::WantedOf everything() {
  return [](const ExperimentRange&) { return [](uint64_t, size_t) { return true; }; };
}

TEST(RunQueue, HandsOutEveryWantedRunOnceInSharesOfAnySize) {
  constexpr uint64_t kSeed = 41;
  std::cout << "seed " << kSeed << '\n';
  hw::CounterRandom random(kSeed, 0);
  for (const size_t per_experiment : {1, 3}) {
    const ScatteredExperiments source(150'000, 7, per_experiment);
    RunQueue queue(source, 7, {100, source.size() - 50}, [](const ExperimentRange& range) {
      return [range](uint64_t number, size_t image) {
        EXPECT_TRUE(number >= range.first && number < range.end);
        return (number + image) % 3 != 0;
      };
    });
    std::set<std::pair<uint64_t, size_t>> seen;
    uint64_t left = queue.left();
    std::vector<RangeRuns> told;  // on its way
    for (auto runs = queue.take(1); !runs.empty(); runs = queue.take(1 + random.uniform(5000))) {
      const ExperimentRange asked = queue.ask(runs.size());
      told.push_back({asked, all_runs(source, asked.first, asked.end)});
      while (told.size() > random.uniform(4)) {  // some come late, some twice
        const size_t which = random.uniform(told.size());
        queue.plan(told[which]);
        if (random.uniform(10) > 0) {
          told.erase(told.begin() + static_cast<std::ptrdiff_t>(which));
        }
      }
      EXPECT_LE(queue.left() + runs.size(), left);
      left = queue.left();
      for (const campaign::Run& run : runs) {
        EXPECT_TRUE(seen.emplace(run.number, run.image).second) << run.number;
      }
    }
    EXPECT_EQ(queue.left(), 0u);
    size_t wanted = 0;
    for (uint64_t number = 100; number < source.size() - 50; ++number) {
      for (const size_t image : source.images_of(number)) {
        wanted += (number + image) % 3 != 0 ? 1 : 0;
        EXPECT_EQ(seen.count({number, image}), (number + image) % 3 != 0 ? 1u : 0u);
      }
    }
    EXPECT_EQ(seen.size(), wanted);
  }
}

TEST(RunQueue, ASmallCampaignRunsImageByImage) {
  const ScatteredExperiments source(1000, 10, 1);
  RunQueue queue(source, 10, {0, source.size()}, everything());
  size_t image = 0;
  for (auto runs = queue.take(64); !runs.empty(); runs = queue.take(64)) {
    EXPECT_GE(runs.front().image, image);
    EXPECT_TRUE(
        std::is_sorted(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.image < b.image; }));
    image = runs.back().image;
  }
}

TEST(RunQueue, ASharePrefersToEndWhereTheImageChanges) {
  const ScatteredExperiments source(1000, 10, 1);
  RunQueue queue(source, 10, {0, source.size()}, everything());
  const std::vector<campaign::Run> first = queue.take(150);
  const std::vector<campaign::Run> second = queue.take(150);
  EXPECT_GE(first.size(), 75u);
  EXPECT_NE(first.back().image, second.front().image);
}

TEST(RunQueue, AnEmptyRangeHoldsNothing) {
  const ScatteredExperiments source(10, 2, 1);
  RunQueue queue(source, 2, {4, 4}, everything());
  EXPECT_EQ(queue.left(), 0u);
  EXPECT_TRUE(queue.take(5).empty());
}

TEST(RunQueue, WhatIsDoneAlreadyIsNotHandedOut) {
  const ScatteredExperiments source(200'000, 2, 1);
  RunQueue queue(source, 2, {0, source.size()},
                 [](const ExperimentRange&) { return [](uint64_t number, size_t) { return number == 199'999; }; });
  const std::vector<campaign::Run> runs = queue.take(100);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].number, 199'999u);
  EXPECT_TRUE(queue.take(100).empty());
}

}  // namespace
}  // namespace faultline::campaign
