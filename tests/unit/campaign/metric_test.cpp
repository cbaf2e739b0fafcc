#include "sim/campaign/metric.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

const Metric& metric(const std::string& name) {
  return metrics()[metric_index(name, "test")];
}

bool holds(const std::string& name, const ExperimentRow& row) {
  return metric(name).holds(row);
}

/// A run that gives a wrong answer: classes and confidences of the golden class.
ExperimentRow wrong(int label, int golden_class, int faulty_class, double golden_confidence, double faulty_confidence) {
  ExperimentRow row;
  row.label = label;
  row.judgement.golden_class = golden_class;
  row.judgement.faulty_class = faulty_class;
  row.judgement.golden_confidence = golden_confidence;
  row.judgement.faulty_confidence = faulty_confidence;
  row.judgement.sdc_1 = golden_class != faulty_class;
  row.judgement.outcome = grade(row.judgement);
  return row;
}

ExperimentRow with_outcome(Outcome outcome) {
  ExperimentRow row;
  row.judgement.outcome = outcome;
  return row;
}

/// The names of those that hold, of a list.
std::vector<std::string> holding(const std::vector<std::string>& names, const ExperimentRow& row) {
  std::vector<std::string> found;
  std::copy_if(names.begin(), names.end(), std::back_inserter(found),
               [&](const std::string& name) { return holds(name, row); });
  return found;
}

TEST(Metrics, AreNamedOnceDescribedAndInOrder) {
  std::set<std::string> names;
  for (size_t i = 0; i < metrics().size(); ++i) {
    const Metric& one = metrics()[i];
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_FALSE(one.title.empty()) << one.name;
    EXPECT_THAT(one.definition, testing::EndsWith(").")) << one.name << ": a sentence that ends with its source";
    EXPECT_TRUE(one.holds) << one.name;
    EXPECT_TRUE(i == 0 || metrics()[i - 1].order < one.order) << one.name;
  }
  EXPECT_EQ(metric_index("masked", "test"), 0u);
}

TEST(Metrics, AnUnknownNameIsTheUsersMistake) {
  try {
    metric_index("nonsense", "file.yaml", 7);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("file.yaml:7: no metric 'nonsense'; use one of masked, any, sdc"));
  }
}

TEST(Metrics, UnionsOfOutcomes) {
  const std::vector<std::string> unions = {"any", "sdc", "due"};
  using testing::ElementsAre;
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kMasked)), ElementsAre());
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kTolerable)), ElementsAre("any", "sdc"));
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kCritical)), ElementsAre("any", "sdc"));
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kCrash)), ElementsAre("any", "due"));
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kHang)), ElementsAre("any", "due"));
  EXPECT_THAT(holding(unions, with_outcome(Outcome::kDetected)), ElementsAre("any", "due"));
}

TEST(Metrics, EveryOutcomeHasItsOwn) {
  for (const Outcome outcome : kOutcomes) {
    for (const Outcome other : kOutcomes) {
      EXPECT_EQ(holds(to_string(outcome), with_outcome(other)), outcome == other);
    }
  }
}

TEST(Metrics, CorrectedIsMaskedAndNotDetected) {
  ExperimentRow row;
  row.detection = {"buffer.weight", true, 12};
  EXPECT_TRUE(holds("corrected", row));
  EXPECT_FALSE(holds("detected", row));
  EXPECT_FALSE(holds("due", row));
}

TEST(Metrics, ObservedSafeLooksAtTheGoldenClassAlone) {
  EXPECT_TRUE(holds("observed_safe", wrong(0, 0, 0, 0.5, 0.48)));
  EXPECT_TRUE(holds("observed_unsafe", wrong(0, 0, 0, 0.5, 0.475))) << "exactly 5 % less";
  const ExperimentRow close_call = wrong(0, 0, 1, 0.4, 0.39);
  EXPECT_TRUE(holds("observed_safe", close_call)) << "another class, but hardly less sure of the golden one";
  EXPECT_TRUE(holds("critical", close_call));
  EXPECT_FALSE(holds("non_critical_sdc", close_call));
  EXPECT_FALSE(holds("observed_safe", with_outcome(Outcome::kMasked)));
  EXPECT_FALSE(holds("observed_unsafe", with_outcome(Outcome::kCrash)));
}

TEST(Metrics, FiveWaySplitDividesSilentCorruptionsByLabel) {
  const std::vector<std::string> classes = {"tolerable_misclassification", "no_impact_misclassification",
                                            "critical_misclassification", "tolerable_correct", "beneficial_correct"};
  using testing::ElementsAre;
  EXPECT_THAT(holding(classes, wrong(3, 5, 5, 0.5, 0.4)), ElementsAre("tolerable_misclassification"));
  EXPECT_THAT(holding(classes, wrong(3, 5, 6, 0.5, 0.4)), ElementsAre("no_impact_misclassification"));
  EXPECT_THAT(holding(classes, wrong(3, 3, 6, 0.5, 0.4)), ElementsAre("critical_misclassification"));
  EXPECT_THAT(holding(classes, wrong(3, 3, 3, 0.5, 0.4)), ElementsAre("tolerable_correct"));
  EXPECT_THAT(holding(classes, wrong(3, 5, 3, 0.5, 0.4)), ElementsAre("beneficial_correct"));
  EXPECT_THAT(holding(classes, with_outcome(Outcome::kMasked)), ElementsAre());
  EXPECT_THAT(holding(classes, with_outcome(Outcome::kHang)), ElementsAre());
}

TEST(Metrics, FailureRateAsksOnlyImagesThatWereRight) {
  const Metric& failure = metric("schorn_failure");
  EXPECT_FALSE(failure.applies(wrong(3, 5, 6, 0.5, 0.4)));
  EXPECT_TRUE(failure.applies(wrong(3, 3, 6, 0.5, 0.4)));
  EXPECT_TRUE(failure.holds(wrong(3, 3, 6, 0.5, 0.4)));
  EXPECT_FALSE(failure.holds(wrong(3, 3, 3, 0.5, 0.4)));
  ExperimentRow crash = wrong(3, 3, -1, 0.5, 0);
  crash.judgement.outcome = Outcome::kCrash;
  EXPECT_TRUE(failure.holds(crash)) << "no answer is no right answer";
}

TEST(Metrics, Sdc5AppliesToMoreThanFiveClasses) {
  ExperimentRow row;
  EXPECT_FALSE(metric("sdc_5").applies(row));
  row.judgement.sdc_5 = false;
  EXPECT_TRUE(metric("sdc_5").applies(row));
  EXPECT_FALSE(holds("sdc_5", row));
  row.judgement.sdc_5 = true;
  EXPECT_TRUE(holds("sdc_5", row));
}

TEST(Metrics, PerformanceIsTheRightAnswerAtAnotherTime) {
  ExperimentRow row;
  row.cycles = row.golden_cycles = 100;
  EXPECT_FALSE(holds("performance", row));
  row.cycles = 101;
  EXPECT_TRUE(holds("performance", row));
  row.judgement.outcome = Outcome::kTolerable;
  EXPECT_FALSE(holds("performance", row));
}

}  // namespace
}  // namespace faultline::campaign
