#include "sim/report/outcome_flow.h"

#include <gtest/gtest.h>

#include "tests/support/synthetic_campaign.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using campaign::Extent;
using campaign::MaskedIn;
using campaign::Outcome;
using test::XmlDocument;

std::array<StageEnd, campaign::kExtents.size()> some_ends() {
  std::array<StageEnd, campaign::kExtents.size()> ends{};
  ends[static_cast<size_t>(Extent::kStruck)].masked[static_cast<size_t>(MaskedIn::kArray)] = 60;
  ends[static_cast<size_t>(Extent::kStruck)].others[static_cast<size_t>(Outcome::kHang)] = 10;
  ends[static_cast<size_t>(Extent::kBuffer)].masked[static_cast<size_t>(MaskedIn::kLaterLayer)] = 18;
  ends[static_cast<size_t>(Extent::kLogits)].others[static_cast<size_t>(Outcome::kTolerable)] = 8;
  ends[static_cast<size_t>(Extent::kClass)].others[static_cast<size_t>(Outcome::kCritical)] = 4;
  return ends;
}

TEST(OutcomeFlow, EachStageHoldsThoseBehindIt) {
  const OutcomeFlow flow = outcome_flow(some_ends());
  ASSERT_EQ(flow.size(), 4U);
  EXPECT_EQ(flow[0].runs, 100U);
  EXPECT_EQ(flow[1].runs, 30U);
  EXPECT_EQ(flow[2].runs, 12U);
  EXPECT_EQ(flow[3].runs, 4U);
  ASSERT_EQ(flow[0].exits.size(), 2U);
  EXPECT_EQ(flow[0].exits[0].name, "masked in the array");
  EXPECT_EQ(flow[0].exits[1].name, "hang");
  EXPECT_EQ(flow[2].exits.at(0).name, "same class, tolerable");
  EXPECT_TRUE(flow[3].exits.empty());
}

TEST(OutcomeFlow, LosesNoRun) {
  for (const uint64_t seed : {1, 2, 3}) {
    test::SyntheticCampaign made;
    made.seed = seed;
    made.tool_errors = 7;
    const CampaignResult result = test::synthetic_result(made);
    const OutcomeFlow flow = outcome_flow(result.findings.ends());
    EXPECT_EQ(flow[0].runs, made.experiments - made.tool_errors) << "seed " << seed;
    for (size_t stage = 0; stage + 1 < flow.size(); ++stage) {
      uint64_t ended = 0;
      for (const FlowExit& exit : flow[stage].exits) {
        ended += exit.runs;
      }
      EXPECT_EQ(flow[stage].runs, flow[stage + 1].runs + ended) << "seed " << seed << ", stage " << stage;
    }
  }
}

TEST(FlowChart, HeightsAreNumbersOfRuns) {
  const XmlDocument chart(flow_chart(outcome_flow(some_ends())));
  const auto heights = chart.texts("//s:rect[@class='fill-stage']/@height");
  ASSERT_EQ(heights.size(), 4U);
  const double full = std::stod(heights[0]);
  EXPECT_NEAR(std::stod(heights[1]), 0.30 * full, 0.1);
  EXPECT_NEAR(std::stod(heights[2]), 0.12 * full, 0.1);
  EXPECT_NEAR(std::stod(heights[3]), 0.04 * full, 0.1);
  EXPECT_EQ(chart.count("//s:path[contains(@class, 'band')]"), 3U + 4U) << "three on, four ended";
}

TEST(FlowChart, NamesAndCountsEveryStageAndEnd) {
  const XmlDocument chart(flow_chart(outcome_flow(some_ends())));
  EXPECT_EQ(chart.texts("//s:text[@class='stage-count']"),
            (std::vector<std::string>{"100 (100\u00A0%)", "30 (30.0\u00A0%)", "12 (12.0\u00A0%)", "4 (4.00\u00A0%)"}));
  EXPECT_EQ(chart.texts("//s:text[@class='exit-name']"),
            (std::vector<std::string>{"masked in the array: 60 (60.0\u00A0%)", "hang: 10 (10.0\u00A0%)",
                                      "masked by a later layer: 18 (18.0\u00A0%)",
                                      "same class, tolerable: 8 (8.00\u00A0%)"}));
}

/// Names of ends must not lie on each other: each has a line of its own within its column.
TEST(FlowChart, KeepsNamesApart) {
  test::SyntheticCampaign made;
  made.experiments = 5000;
  const CampaignResult result = test::synthetic_result(made);
  const XmlDocument chart(flow_chart(outcome_flow(result.findings.ends())));
  const auto lines = chart.texts("//s:text[@class='exit-name']/@y");
  const auto columns = chart.texts("//s:text[@class='exit-name']/@x");
  ASSERT_GT(lines.size(), 6U);
  for (size_t i = 1; i < lines.size(); ++i) {
    if (columns[i] == columns[i - 1]) {
      EXPECT_GE(std::stod(lines[i]) - std::stod(lines[i - 1]), 14) << i;
    }
  }
}

TEST(FlowChart, ShowsTheFewestAsAThinLine) {
  auto ends = some_ends();
  ends[0].masked[static_cast<size_t>(MaskedIn::kArray)] = 1000000;
  const XmlDocument chart(flow_chart(outcome_flow(ends)));
  for (const std::string& height : chart.texts("//s:rect/@height")) {
    EXPECT_GE(std::stod(height), 1.5);
  }
}

}  // namespace
}  // namespace faultline::report
