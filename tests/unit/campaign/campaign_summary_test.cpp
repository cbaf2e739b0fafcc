#include "sim/campaign/campaign_summary.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "sim/campaign/metric.h"

namespace faultline::campaign {
namespace {

/// Rows of a campaign on two fields of 8 and 4 bits, 16 elements each, and two layers.
class CampaignSummaryTest : public testing::Test {
 protected:
  CampaignSummaryTest() {
    for (const int bits : {8, 4}) {
      hw::StateField field;
      field.path = "block.field" + std::to_string(bits) + "[*]";
      field.bits = bits;
      field.dimensions = {16};
      description.fields.push_back(field);
    }
    description.layers = {"first", "second"};
    description.strata = {{"all", 1}};
  }

  /// The next image of experiment `number`, or its first.
  ExperimentRow& add(uint64_t number, Outcome outcome) {
    ExperimentRow row;
    row.number = number;
    row.image = !rows.empty() && rows.back().number == number ? rows.back().image + 1 : 0;
    row.layer = 0;
    row.judgement.outcome = outcome;
    rows.push_back(row);
    return rows.back();
  }
  /// `hits` critical experiments, then masked ones.
  void add_experiments(uint64_t first, uint64_t count, uint64_t hits, size_t stratum = 0) {
    for (uint64_t i = 0; i < count; ++i) {
      add(first + i, i < hits ? Outcome::kCritical : Outcome::kMasked).stratum = stratum;
    }
  }

  CampaignSummary summary() const {
    return summarise(description, [&](const auto& use) { std::for_each(rows.begin(), rows.end(), use); });
  }
  static const Interval& rate(const GroupSummary& group, const std::string& metric = "critical") {
    return group.metrics.at(metric_index(metric, "test"));
  }
  static void expect_equal(const Interval& found, const Interval& expected) {
    EXPECT_NEAR(found.estimate, expected.estimate, 1e-12);
    EXPECT_NEAR(found.low, expected.low, 1e-12);
    EXPECT_NEAR(found.high, expected.high, 1e-12);
  }

  CampaignDescription description;
  std::vector<ExperimentRow> rows;
};

TEST_F(CampaignSummaryTest, IndependentExperimentsGiveTheExactInterval) {
  add_experiments(0, 10, 3);
  rows[5].site = {1, 2};
  rows[0].layer = 1;
  const CampaignSummary made = summary();
  expect_equal(rate(made.total), clopper_pearson(3, 10));
  expect_equal(rate(made.total, "sdc"), clopper_pearson(3, 10));
  expect_equal(rate(made.total, "due"), clopper_pearson(0, 10));
  expect_equal(rate(made.structures.at(0)), clopper_pearson(3, 9));
  expect_equal(rate(made.structures.at(1)), clopper_pearson(0, 1));
  EXPECT_EQ(made.structures[0].name, "block.field8[*]");
  expect_equal(rate(made.layers.at(1)), clopper_pearson(1, 1));
  EXPECT_EQ(made.layers[1].name, "second");
  EXPECT_EQ(made.total.experiments, 10u);
  EXPECT_TRUE(made.strata.empty()) << "there is only one";
}

TEST_F(CampaignSummaryTest, IntervalsHaveTheCampaignsConfidence) {
  add_experiments(0, 10, 3);
  description.confidence = 0.99;
  description.interval_confidence = 0.995;  // of a campaign that looked while it ran
  expect_equal(rate(summary().total), clopper_pearson(3, 10, 0.995));
}

TEST_F(CampaignSummaryTest, AnExperimentOnSeveralImagesIsOneTrial) {
  description.images_per_experiment = 3;
  for (uint64_t number = 0; number < 4; ++number) {
    for (int image = 0; image < 3; ++image) {
      add(number, number == 2 ? Outcome::kCritical : Outcome::kMasked);
    }
  }
  const CampaignSummary made = summary();
  expect_equal(rate(made.total), clopper_pearson(1, 4));
  EXPECT_EQ(made.total.experiments, 4u);
  EXPECT_EQ(made.total.counts.experiments(), 12u) << "rows";
  EXPECT_EQ(made.images_struck, 3u);
  // Hits on one image each, of the same number of rows: more is known.
  for (ExperimentRow& row : rows) {
    row.judgement.outcome = row.number < 3 && row.image == row.number ? Outcome::kCritical : Outcome::kMasked;
  }
  const Interval spread = rate(summary().total);
  EXPECT_NEAR(spread.estimate, 0.25, 1e-12);
  EXPECT_LT(spread.width(), clopper_pearson(1, 4).width());
}

TEST_F(CampaignSummaryTest, StrataCountByTheirShares) {
  description.strata = {{"large", 0.9}, {"small", 0.1}};
  add_experiments(0, 10, 1, 0);
  add_experiments(10, 20, 10, 1);
  const CampaignSummary made = summary();
  EXPECT_NEAR(rate(made.total).estimate, 0.9 * 1 / 10 + 0.1 * 10 / 20, 1e-12);
  ASSERT_EQ(made.strata.size(), 2u);
  EXPECT_EQ(made.strata[1].name, "small");
  expect_equal(rate(made.strata[1]), clopper_pearson(10, 20));
  EXPECT_EQ(made.strata[0].counts.count(Outcome::kCritical), 1u);
}

TEST_F(CampaignSummaryTest, PilotAndMainPartCountByTheirDraws) {
  description.strata = {{"a", 0.5}, {"b", 0.5}};
  description.pilot = 20;
  add_experiments(0, 10, 1, 0);    // pilot, a: 1/10
  add_experiments(10, 10, 5, 1);   // pilot, b: 5/10
  add_experiments(20, 20, 4, 0);   // main, a: 4/20
  add_experiments(40, 60, 30, 1);  // main, b: 30/60
  const double pilot = 0.5 * 1 / 10 + 0.5 * 5 / 10;
  const double main = 0.5 * 4 / 20 + 0.5 * 30 / 60;
  EXPECT_NEAR(rate(summary().total).estimate, 0.2 * pilot + 0.8 * main, 1e-12);
}

TEST_F(CampaignSummaryTest, ExperimentsCountByTheirWeights) {
  description.weighted = true;
  add_experiments(0, 4, 1);
  for (ExperimentRow& row : rows) {
    row.weight = row.number == 0 ? 1 : 3;
  }
  EXPECT_NEAR(rate(summary().total).estimate, 0.1, 1e-12) << "1 / (1 + 3 + 3 + 3)";
}

TEST_F(CampaignSummaryTest, NothingIsUnknownOfAPopulationThatWasDrawnWhole) {
  description.distinct_population = 10;
  add_experiments(0, 10, 3);
  expect_equal(rate(summary().total), {0.3, 0.3, 0.3});
  description.distinct_population = 0;
  EXPECT_LT(rate(summary().total).low, 0.1);
}

TEST_F(CampaignSummaryTest, AMetricThatAppliesToNoRowIsUnknown) {
  add_experiments(0, 10, 3);
  expect_equal(rate(summary().total, "sdc_5"), {0, 0, 1});
  rows[4].judgement.sdc_5 = false;
  expect_equal(rate(summary().total, "sdc_5"), clopper_pearson(0, 1));
}

TEST_F(CampaignSummaryTest, FailuresOfTheProgramAreInNoRate) {
  add_experiments(0, 10, 3);
  rows[9].tool_error = "broken";
  const CampaignSummary made = summary();
  expect_equal(rate(made.total), clopper_pearson(3, 9));
  EXPECT_EQ(made.total.experiments, 9u);
  EXPECT_EQ(made.experiments_done, 10u);
}

TEST_F(CampaignSummaryTest, CompleteWhenEveryExperimentOfTheShardsIsThere) {
  description.experiments = 10;
  description.images_per_experiment = 2;
  for (uint64_t number = 0; number < 10; ++number) {
    add(number, Outcome::kMasked);
    add(number, Outcome::kMasked);
  }
  EXPECT_TRUE(summary().complete);
  rows.pop_back();
  EXPECT_FALSE(summary().complete) << "an image is missing";
  EXPECT_EQ(summary().experiments_done, 9u);
  description.finished = 9;
  EXPECT_TRUE(summary().complete) << "a sequential campaign that stopped";
  description.finished = 0;
  rows.clear();
  description.shards = {{2, 3}};  // 1, 4, 7
  for (const uint64_t number : {1, 4, 7}) {
    add(number, Outcome::kMasked);
    EXPECT_FALSE(summary().complete);
    add(number, Outcome::kMasked);
  }
  EXPECT_TRUE(summary().complete);
}

TEST_F(CampaignSummaryTest, SaysWhichMarginWasAskedForAndReached) {
  add_experiments(0, 100, 0);
  CampaignSummary made = summary();
  EXPECT_FALSE(made.margin.asked.has_value());
  EXPECT_EQ(made.margin.question, "critical");
  EXPECT_NEAR(made.margin.reached(), 1 - std::pow(0.025, 0.01), 1e-9) << "nothing seen: the upper bound";
  description.experiment = {{"faults", {{"question", "masked"}, {"margin", 0.02}}}};
  add_experiments(100, 100, 100);
  made = summary();
  EXPECT_EQ(made.margin.question, "masked");
  EXPECT_EQ(made.margin.asked, 0.02);
  const Interval half = clopper_pearson(100, 200);
  EXPECT_NEAR(made.margin.reached(), half.high - 0.5, 1e-12);
}

TEST_F(CampaignSummaryTest, CountsSitesExtentsAndPlacesOfMasking) {
  add_experiments(0, 4, 1);
  rows[0].site = {1, 7};
  rows[0].extent = Extent::kClass;
  rows[1].site = {0, 9};
  rows[1].masked_in = MaskedIn::kClamp;
  rows[2].site = {0, 9};
  rows[2].extent = Extent::kBuffer;
  rows[2].masked_in = MaskedIn::kLaterLayer;
  const CampaignSummary made = summary();
  ASSERT_EQ(made.sites.size(), 3u);
  EXPECT_EQ(made.sites[1].site, (hw::Site{0, 9})) << "in order of the state table";
  EXPECT_EQ(made.sites[1].counts.experiments(), 2u);
  EXPECT_EQ(made.sites[2].counts.count(Outcome::kCritical), 1u);
  EXPECT_EQ(made.extents, (std::array<uint64_t, kExtents.size()>{2, 1, 0, 1}));
  EXPECT_EQ(made.masked_in[static_cast<size_t>(MaskedIn::kClamp)], 1u);
  EXPECT_EQ(made.masked_in[static_cast<size_t>(MaskedIn::kLaterLayer)], 1u);
}

TEST_F(CampaignSummaryTest, WithoutRowsEverythingIsOpen) {
  const CampaignSummary made = summary();
  expect_equal(rate(made.total), {0, 0, 1});
  EXPECT_EQ(made.margin.reached(), 1.0);
}

}  // namespace
}  // namespace faultline::campaign
