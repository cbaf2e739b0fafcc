#include "sim/campaign/task_source.h"

#include <gtest/gtest.h>

namespace faultline::campaign {
namespace {

/// Experiments of n faults each that count how often they are drawn.
class CountedExperiments : public inject::ExperimentSource {
 public:
  explicit CountedExperiments(size_t faults) : faults_(faults) {}
  uint64_t size() const override { return 1000; }
  inject::Experiment at(uint64_t number) const override {
    ++drawn;
    inject::Experiment experiment;
    experiment.images = {0, 1};
    experiment.faults.assign(faults_, hw::Fault{{0, 0}, mask_, hw::FaultModel::kFlip, number, 1, 0});
    return experiment;
  }
  size_t images_per_experiment() const override { return 2; }
  void settle(const std::vector<inject::PilotCount>& by_stratum) override { mask_ = by_stratum.at(0).experiments; }
  nlohmann::ordered_json population() const override { return {}; }

  mutable int drawn = 0;

 private:
  size_t faults_;
  uint64_t mask_ = 1;
};

TEST(TaskSource, DrawsExperimentsOfManyFaultsOnce) {
  CountedExperiments source(10'000);
  TaskSource tasks(source);
  for (const size_t image : {0, 1}) {
    for (uint64_t number = 0; number < 20; ++number) {
      const Task task = tasks.at({number, image});
      EXPECT_EQ(task.number, number);
      EXPECT_EQ(task.image, image);
      EXPECT_EQ(task.faults.size(), 10'000u);
      EXPECT_EQ(task.faults.front().start, number);
    }
  }
  EXPECT_EQ(source.drawn, 20);
}

TEST(TaskSource, KeepsNoMoreThanItMay) {
  CountedExperiments source(500'000);
  TaskSource tasks(source);
  for (const uint64_t number : {0, 1, 2, 2, 1}) {
    EXPECT_EQ(tasks.at({number, 0}).faults.front().start, number);
  }
  EXPECT_EQ(source.drawn, 4) << "1 was forgotten when 2 was kept";
}

TEST(TaskSource, ForgetsWhatWasDrawnBeforeAPilotHadBeenSettled) {
  CountedExperiments source(100);
  TaskSource tasks(source);
  EXPECT_EQ(tasks.at({0, 0}).faults.front().mask, 1u);
  tasks.settle({{2, 0}});
  EXPECT_EQ(tasks.at({0, 1}).faults.front().mask, 2u);
}

}  // namespace
}  // namespace faultline::campaign
