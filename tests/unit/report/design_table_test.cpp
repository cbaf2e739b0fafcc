#include "sim/report/design_table.h"

#include <optional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/synthetic_campaign.h"

namespace faultline::report {
namespace {

using test::SyntheticCampaign;

std::optional<double> unknown_cost(const campaign::CampaignDescription& /*description*/) {
  return std::nullopt;
}

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
  const DesignTable table = design_table(results, unknown_cost);
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
  EXPECT_EQ(first.golden_accuracy, results[0].summary.accuracy.golden_labels);
  EXPECT_GT(first.golden_accuracy, 0);
  const nlohmann::ordered_json json = to_json(table);
  EXPECT_EQ(json["designs"][1]["extra_words"], 12);
  EXPECT_TRUE(json["designs"][0]["hardened"].is_null());
  EXPECT_EQ(json["designs"][0]["golden_accuracy"], first.golden_accuracy);
  EXPECT_THAT(to_text(table), testing::HasSubstr("+12"));
}

TEST(DesignTable, SaysWhatTheCircuitsOfProtectionCost) {
  const std::vector<CampaignResult> results(2, test::synthetic_result({}));
  bool asked = false;
  const DesignTable table = design_table(results, [&asked](const auto&) -> std::optional<double> {
    return std::exchange(asked, true) ? std::nullopt : std::make_optional(1234.25);
  });
  const nlohmann::ordered_json designs = to_json(table)["designs"];
  EXPECT_EQ(designs[0]["protection_gate_equivalents"], 1234.25);
  EXPECT_TRUE(designs[1]["protection_gate_equivalents"].is_null());
  EXPECT_THAT(to_text(table), testing::HasSubstr("        1234\n"));
  EXPECT_THAT(to_text(table), testing::HasSubstr("           -\n"));
}

}  // namespace
}  // namespace faultline::report
