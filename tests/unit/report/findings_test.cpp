#include <algorithm>

#include <gtest/gtest.h>

#include "sim/report/campaign_result.h"
#include "sim/report/site_ranking.h"
#include "tests/support/synthetic_campaign.h"

namespace faultline::report {
namespace {

using campaign::ExperimentRow;
using campaign::Outcome;

ExperimentRow critical_row(uint64_t number, size_t element, bool other_class, double confidence) {
  ExperimentRow row;
  row.number = number;
  row.site = {0, element};
  row.judgement.outcome = Outcome::kCritical;
  row.judgement.sdc_1 = other_class;
  row.judgement.golden_confidence = 0.9;
  row.judgement.faulty_confidence = confidence;
  return row;
}

TEST(RowFindings, OrdersByHarm) {
  RowFindings findings;
  findings.add(critical_row(0, 0, false, 0.1));
  findings.add(critical_row(1, 1, true, 0.5));
  findings.add(critical_row(2, 2, true, 0.2));
  findings.add(critical_row(3, 3, true, 0.2));
  std::vector<uint64_t> numbers;
  for (const ExperimentRow& row : findings.worst()) {
    numbers.push_back(row.number);
  }
  EXPECT_EQ(numbers, (std::vector<uint64_t>{2, 3, 1, 0}));
}

/// Keeping ten of many must give the first ten of all in order.
TEST(RowFindings, KeepsTheWorstOfMany) {
  for (const uint64_t seed : {11, 12, 13}) {
    hw::CounterRandom random(seed, 0);
    std::vector<ExperimentRow> rows;
    RowFindings findings;
    for (uint64_t number = 0; number < 500; ++number) {
      rows.push_back(critical_row(number, number, random() % 2 == 0, 0.01 * static_cast<double>(random() % 50)));
      findings.add(rows.back());
    }
    std::stable_sort(rows.begin(), rows.end(), [](const ExperimentRow& a, const ExperimentRow& b) {
      return std::make_pair(!a.judgement.sdc_1, a.judgement.faulty_confidence) <
             std::make_pair(!b.judgement.sdc_1, b.judgement.faulty_confidence);
    });
    ASSERT_EQ(findings.worst().size(), 10U);
    for (size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(findings.worst()[i].number, rows[i].number) << "seed " << seed << ", place " << i;
    }
  }
}

TEST(RowFindings, RemembersTheFirstCriticalExperimentOfASite) {
  RowFindings findings;
  ExperimentRow harmless = critical_row(3, 5, false, 0.1);
  harmless.judgement.outcome = Outcome::kMasked;
  findings.add(harmless);
  findings.add(critical_row(8, 5, false, 0.1));
  findings.add(critical_row(9, 5, false, 0.1));
  EXPECT_EQ(findings.critical_experiment({0, 5}), 8U);
  EXPECT_EQ(findings.critical_experiment({0, 6}), std::nullopt);
  EXPECT_EQ(findings.critical_experiment({1, 5}), std::nullopt);
}

campaign::SiteSummary site(size_t element, uint64_t critical, uint64_t masked) {
  campaign::SiteSummary summary;
  summary.site = {0, element};
  summary.counts.outcomes[static_cast<size_t>(Outcome::kCritical)] = critical;
  summary.counts.outcomes[static_cast<size_t>(Outcome::kMasked)] = masked;
  return summary;
}

TEST(SiteRanking, PrefersManyStrikesToALuckyOne) {
  campaign::CampaignSummary summary;
  summary.sites = {site(0, 1, 0), site(1, 0, 9), site(2, 8, 2), site(3, 1, 0), site(4, 9, 1)};
  const auto ranked = worst_sites(summary, 0.95, 4);
  ASSERT_EQ(ranked.size(), 4U);
  EXPECT_EQ(ranked[0].site.site.element, 4U);
  EXPECT_EQ(ranked[1].site.site.element, 2U);
  EXPECT_EQ(ranked[2].site.site.element, 0U);
  EXPECT_EQ(ranked[3].site.site.element, 3U);
  EXPECT_DOUBLE_EQ(ranked[1].critical.low, campaign::clopper_pearson(8, 10).low);
}

TEST(AccuracyDrop, IsTheDifferenceOfTheAccuracies) {
  for (const uint64_t seed : {1, 2, 3, 4}) {
    test::SyntheticCampaign made;
    made.seed = seed;
    const CampaignResult result = test::synthetic_result(made);
    const campaign::Interval drop = accuracy_drop(result.summary);
    const campaign::Accuracy& accuracy = result.summary.accuracy;
    EXPECT_NEAR(drop.estimate, accuracy.golden_labels - accuracy.faulty_labels, 1e-12) << "seed " << seed;
    EXPECT_LT(drop.low, drop.estimate);
    EXPECT_GT(drop.high, drop.estimate);
  }
}

}  // namespace
}  // namespace faultline::report
