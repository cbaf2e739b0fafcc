#include "sim/report/damage_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/report/line_chart.h"
#include "tests/support/synthetic_campaign.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using test::XmlDocument;

CampaignResult damaged(double fraction, const std::string& multiplier, const std::string& where) {
  test::SyntheticCampaign made;
  made.experiments = 200;
  made.harm = 4 * fraction;
  CampaignResult result = test::synthetic_result(made);
  result.store = multiplier + std::to_string(fraction);
  nlohmann::ordered_json& experiment = result.description.experiment;
  experiment["faults"]["map"] = {{"fraction", fraction}};
  experiment["faults"]["where"] = {where};
  experiment["accelerator"]["multiplier"] = multiplier;
  result.description.population["elements"] = 256;
  result.description.population["faulty_elements"] = static_cast<int>(256 * fraction);
  return result;
}

TEST(DamageCurves, OrdersThePointsOfEachPlaceAndMultiplier) {
  const DamageCurves all = damage_curves({damaged(0.5, "exact", "a"), damaged(0.25, "exact", "a"),
                                          damaged(0.25, "mitchell", "a"), damaged(0.25, "exact", "b")});
  ASSERT_EQ(all.curves.size(), 3U);
  ASSERT_EQ(all.curves[0].points.size(), 2U);
  EXPECT_EQ(all.curves[0].points[0].fraction, 0.25);
  EXPECT_EQ(all.curves[0].points[0].damaged, 64U);
  EXPECT_EQ(all.curves[0].points[1].fraction, 0.5);
  EXPECT_GT(all.curves[0].points[0].accuracy, all.curves[0].points[1].accuracy);
  EXPECT_EQ(all.curves[1].multiplier, "mitchell");
  EXPECT_EQ(all.curves[2].where, "b");
  EXPECT_EQ(to_json(all)["curves"][0]["points"][1]["runs"], 200);
  EXPECT_THAT(to_text(all), testing::HasSubstr("64 of 256"));
}

TEST(DamageCurves, RefusesOtherFaults) {
  try {
    damage_curves({damaged(0.5, "exact", "a"), test::synthetic_result({})});
    ADD_FAILURE() << "accepted";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()),
              "results.db: its faults are no map of permanent ones; give stores of campaigns with 'map' in their "
              "faults");
  }
}

TEST(DamagePage, HasAChartForEachPlaceAndMultiplierAndARowForEachPoint) {
  const XmlDocument page(damage_page(
      damage_curves({damaged(0.25, "exact", "a"), damaged(0.5, "exact", "a"), damaged(0.25, "x/y.lut", "b")})));
  EXPECT_EQ(page.count("//h:section[@id='places']//s:svg"), 2U);
  EXPECT_EQ(page.count("//h:section[@id='multipliers']//s:svg"), 2U);
  EXPECT_EQ(page.count("//h:tbody/h:tr"), 3U);
  EXPECT_EQ(page.texts("//h:section[@id='places']//s:text[@class='line-name']"),
            (std::vector<std::string>{"exact", "y.lut"}));
}

TEST(LineChart, PlacesPointsByTheirShares) {
  const XmlDocument chart(
      line_chart({"c", "t", "d"}, "x", "y", {{"down", {{0, 1}, {0.5, 0}}}, {"up", {{0, 0}, {0.25, 0.5}}}}));
  EXPECT_EQ(chart.texts("//s:path[@class='curve curve-0']/@d"), (std::vector<std::string>{"M64.0 30.0L500.0 310.0"}));
  EXPECT_EQ(chart.texts("//s:path[@class='curve curve-1']/@d"), (std::vector<std::string>{"M64.0 310.0L282.0 170.0"}));
  EXPECT_EQ(chart.count("//s:path[@class='curve curve-1 mark']/s:title"), 2U);
}

}  // namespace
}  // namespace faultline::report
