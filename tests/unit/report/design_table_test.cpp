#include "sim/report/design_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/synthetic_campaign.h"

namespace faultline::report {
namespace {

using test::SyntheticCampaign;

TEST(DesignTable, GivesDifferencesToTheFirstAndWhatADesignCosts) {
  SyntheticCampaign milder;
  milder.seed = 2;
  milder.harm = 0.3;
  std::vector<CampaignResult> results = {test::synthetic_result({}), test::synthetic_result(milder),
                                         test::synthetic_result({})};
  results[1].description.experiment["hardened"] = "lcu.yaml";
  results[1].description.population["protection"] = {{"scheme", "lcu"}, {"neurons", 12}, {"extra_words", 12}};
  results[1].description.population["positions"] = 1000;
  results[1].description.population["cycles"] = 50;
  const DesignTable table = design_table(results);
  ASSERT_EQ(table.designs.size(), 3U);
  const DesignRow& first = table.designs[0];
  const DesignRow& second = table.designs[1];
  EXPECT_EQ(first.hardened, "");
  EXPECT_EQ(first.critical_difference.estimate, 0);
  EXPECT_EQ(second.neurons, 12U);
  EXPECT_EQ(second.extra_words, 12U);
  EXPECT_LT(second.critical_difference.high, 0) << "clearly fewer critical runs";
  EXPECT_DOUBLE_EQ(second.critical_difference.estimate, second.critical.estimate - first.critical.estimate);
  EXPECT_DOUBLE_EQ(second.critical_faults.estimate, second.critical.estimate * 50000);
  EXPECT_TRUE(table.designs[2].critical_difference.contains(0));
  EXPECT_GT(first.register_bits, 0U);
  const nlohmann::ordered_json json = to_json(table);
  EXPECT_EQ(json["designs"][1]["extra_words"], 12);
  EXPECT_TRUE(json["designs"][0]["hardened"].is_null());
  EXPECT_THAT(to_text(table), testing::HasSubstr("+12"));
}

}  // namespace
}  // namespace faultline::report
