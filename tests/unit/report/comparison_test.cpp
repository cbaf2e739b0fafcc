#include "sim/report/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/synthetic_campaign.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using test::SyntheticCampaign;
using test::XmlDocument;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SyntheticCampaign milder() {
  SyntheticCampaign made;
  made.seed = 2;
  made.harm = 0.3;
  return made;
}

Comparison compared(const SyntheticCampaign& first, const SyntheticCampaign& second) {
  return compare(test::synthetic_result(first), test::synthetic_result(second));
}

const RateComparison& metric(const Comparison& comparison, const std::string& name) {
  for (const RateComparison& rate : comparison.metrics) {
    if (rate.name == name) {
      return rate;
    }
  }
  throw std::out_of_range(name);
}

TEST(Comparison, FindsALargeDifference) {
  const Comparison comparison = compared({}, milder());
  const RateComparison& critical = metric(comparison, "critical");
  EXPECT_DOUBLE_EQ(critical.difference.estimate, critical.second.estimate - critical.first.estimate);
  EXPECT_LT(critical.difference.high, 0);
  EXPECT_TRUE(critical.differs());
  EXPECT_EQ(critical.verdict(), "second lower");
  EXPECT_EQ(compared(milder(), {}).metrics.size(), comparison.metrics.size());
  EXPECT_EQ(metric(compared(milder(), {}), "critical").verdict(), "second higher");
}

TEST(Comparison, TellsNothingFromItself) {
  SyntheticCampaign made;
  const Comparison comparison = compared(made, made);
  for (const RateComparison& rate : comparison.metrics) {
    EXPECT_FALSE(rate.differs()) << rate.name;
    EXPECT_DOUBLE_EQ(rate.difference.estimate, 0) << rate.name;
  }
  EXPECT_THAT(comparison.settings, IsEmpty());
  EXPECT_DOUBLE_EQ(comparison.cycles_ratio(), 1);
  ASSERT_EQ(comparison.cautions.size(), 1U);
  EXPECT_THAT(comparison.cautions[0], HasSubstr("same seed and population"));
}

/// Of many pairs of samples of one population, few may be told apart: the interval is of 95 %.
TEST(Comparison, SeldomTellsEqualDesignsApart) {
  constexpr int kPairs = 100;
  int told_apart = 0;
  for (uint64_t pair = 0; pair < kPairs; ++pair) {
    SyntheticCampaign first, second;
    first.experiments = second.experiments = 300;
    first.seed = 100 + 2 * pair;
    second.seed = 101 + 2 * pair;
    told_apart += metric(compared(first, second), "sdc").differs() ? 1 : 0;
  }
  EXPECT_LE(told_apart, 11) << "seeds 100 to 299; more than 11 of 100 at 5 % each have a probability below 0.5 %";
}

TEST(Comparison, ListsSettingsThatDiffer) {
  SyntheticCampaign second = milder();
  second.rows = 8;
  std::vector<std::string> keys;
  for (const SettingDifference& setting : compared({}, second).settings) {
    keys.push_back(setting.key + ": " + setting.first + ", " + setting.second);
  }
  EXPECT_THAT(keys, ElementsAre("accelerator.array: 16x16, 8x16", "seed: 1, 2"));
}

TEST(Comparison, CautionsAgainstAnotherQuestion) {
  const CampaignResult first = test::synthetic_result({});
  CampaignResult second = test::synthetic_result(milder());
  second.description.experiment["faults"]["bits"] = 2;
  second.description.population["size"] = 12345;
  second.summary.complete = false;
  const Comparison comparison = compare(first, second);
  ASSERT_EQ(comparison.cautions.size(), 3U);
  EXPECT_EQ(comparison.cautions[0], "Not the same question: faults.bits is 1 in the first and 2 in the second.");
  EXPECT_THAT(comparison.cautions[1], HasSubstr("118059162071741130342 and 12345"));
  EXPECT_THAT(comparison.cautions[2], HasSubstr("results.db is incomplete"));
}

TEST(Comparison, KnowsNothingOfAStructureThatOneDesignLacks) {
  const CampaignResult first = test::synthetic_result({});
  CampaignResult second = test::synthetic_result(milder());
  second.summary.structures.erase(second.summary.structures.begin());
  const Comparison comparison = compare(first, second);
  ASSERT_EQ(comparison.structures.size(), first.summary.structures.size());
  EXPECT_EQ(comparison.structures[0].second_runs, 0U);
  EXPECT_DOUBLE_EQ(comparison.structures[0].second.high, 1);
  EXPECT_FALSE(comparison.structures[0].differs());
}

TEST(Comparison, IsCompleteAsJson) {
  const Comparison comparison = compared({}, milder());
  const auto json = to_json(comparison);
  EXPECT_EQ(json["metrics"].size(), comparison.metrics.size());
  EXPECT_DOUBLE_EQ(json["metrics"]["critical"]["difference"]["rate"].get<double>(),
                   metric(comparison, "critical").difference.estimate);
  EXPECT_FALSE(json["metrics"]["critical"]["includes_zero"].get<bool>());
  EXPECT_EQ(json["per_structure"].size(), comparison.structures.size());
  EXPECT_DOUBLE_EQ(json["golden_cycles"]["ratio"].get<double>(), 1);
}

TEST(Comparison, IsOneLineAMetricAsText) {
  const std::string text = to_text(compared({}, milder()));
  EXPECT_THAT(text, testing::ContainsRegex("\ncritical  .*second lower\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\nSDC-5  .*no runs"));
  EXPECT_THAT(text, HasSubstr("golden cycles: 123456 and 123456, ratio 1.000"));
}

TEST(Comparison, IsAPage) {
  SyntheticCampaign second = milder();
  second.model = "models/<b>&\".onnx";
  const Comparison comparison = compared({}, second);
  const XmlDocument page(comparison_page(comparison));
  EXPECT_EQ(page.count("//h:h1"), 1U);
  EXPECT_EQ(page.count("//h:table[not(h:caption)]|//h:th[not(@scope)]"), 0U);
  EXPECT_EQ(page.count("//h:section[@id='metrics']//h:tbody/h:tr"), comparison.metrics.size() + 1);
  EXPECT_EQ(page.count("//h:section[@id='structures']//h:tbody/h:tr"), comparison.structures.size());
  EXPECT_EQ(page.count("//h:section[@id='structures']//s:svg[contains(@class, 'bar')][@aria-label]"),
            comparison.structures.size());
  EXPECT_THAT(page.text("//h:h1"), HasSubstr("<b>&\" on 16x16 ws"));
}

}  // namespace
}  // namespace faultline::report
