#include "sim/report/campaign_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/metric.h"
#include "sim/config/user_error.h"
#include "sim/report/number_text.h"
#include "sim/report/page_frame.h"
#include "tests/support/run_faultline.h"
#include "tests/support/synthetic_campaign.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using campaign::Outcome;
using test::SyntheticCampaign;
using test::XmlDocument;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

XmlDocument page_of(const SyntheticCampaign& made) {
  return XmlDocument(campaign_page(test::synthetic_result(made)));
}

/// What every page of ours must have for those who cannot see it, by XPath.
void expect_accessible(const XmlDocument& page) {
  EXPECT_EQ(page.text("/h:html/@lang"), "en");
  EXPECT_EQ(page.count("//h:h1"), 1U);
  EXPECT_EQ(page.count("//h:table[not(h:caption)]"), 0U);
  EXPECT_EQ(page.count("//h:th[not(@scope)]"), 0U);
  EXPECT_EQ(page.count("//h:tbody/h:tr[not(h:th[@scope='row'])]"), 0U);
  EXPECT_EQ(page.count("//s:svg[not(ancestor::s:svg)][not(@role='img' and s:title) and not(@aria-hidden='true')]"), 0U);
  EXPECT_EQ(page.count("//@id"), page.count("//@id[not(. = ../preceding::*/@id)]")) << "an id is there twice";
  EXPECT_EQ(page.count("//*[@aria-labelledby][not(@aria-labelledby = //@id)]"), 0U);
  EXPECT_EQ(page.count("//h:a[starts-with(@href, '#')][not(substring(@href, 2) = //@id)]"), 0U);
  std::string before = "h1";
  for (const std::string& heading : page.names("//h:h1|//h:h2|//h:h3|//h:h4")) {
    EXPECT_LE(heading[1], before[1] + 1) << heading << " after " << before;
    before = heading;
  }
}

/// Nothing may make a browser ask for anything.
void expect_self_contained(const std::string& text) {
  const XmlDocument page(text);
  EXPECT_EQ(page.count("//@src"), 0U);
  EXPECT_EQ(page.texts("//h:link/@href"), (std::vector<std::string>{"data:,"}));
  EXPECT_EQ(page.count("//h:iframe|//h:object|//h:embed|//h:form|//h:base|//h:img"), 0U);
  const std::string style = page.text("//h:style");
  EXPECT_THAT(style, Not(HasSubstr("@import")));
  for (size_t at = style.find("url("); at != std::string::npos; at = style.find("url(", at + 1)) {
    EXPECT_EQ(style[at + 4], '#');
  }
}

TEST(CampaignPage, IsWellFormedAndAccessible) {
  expect_accessible(page_of({}));
}

TEST(CampaignPage, NeedsNoNetwork) {
  expect_self_contained(campaign_page(test::synthetic_result({})));
}

TEST(CampaignPage, HoldsTheFigures) {
  const CampaignResult result = test::synthetic_result({});
  const XmlDocument page(campaign_page(result));
  const campaign::GroupSummary& total = result.summary.total;
  std::vector<std::string> counts;
  counts.reserve(campaign::kOutcomes.size());
  for (const Outcome outcome : campaign::kOutcomes) {
    counts.push_back(count_text(total.counts.count(outcome)));
  }
  EXPECT_EQ(page.texts("//h:section[@id='outcomes']/h:table[1]/h:tbody/h:tr/h:td[1]"), counts);
  const auto verdicts = page.texts("//h:dl[@class='verdicts']/h:div/h:dd[@class='figure']");
  ASSERT_EQ(verdicts.size(), 4U);
  EXPECT_EQ(verdicts[0], percent(find_metric(total, "sdc")->estimate));
  EXPECT_EQ(verdicts[1], percent(find_metric(total, "due")->estimate));
  EXPECT_EQ(verdicts[2], percent(find_metric(total, "critical")->estimate));
  EXPECT_EQ(verdicts[3], points(accuracy_drop(result.summary).estimate) + " points");
  EXPECT_THAT(page.texts("//h:dl[@class='facts']//h:dd"),
              testing::IsSupersetOf({std::string("models/lenet5_digits.onnx"), std::string("exact"),
                                     std::string("flip of 1 bit, 1 cycle"), std::string("cycle")}));
}

TEST(CampaignPage, HasARowForEveryGroupAndMetric) {
  const CampaignResult result = test::synthetic_result({});
  const XmlDocument page(campaign_page(result));
  const campaign::CampaignSummary& summary = result.summary;
  EXPECT_EQ(page.count("//h:table[contains(@class, 'rates')]//h:tbody/h:tr"),
            summary.structures.size() + summary.layers.size() + summary.bits.size() + summary.strata.size());
  EXPECT_EQ(page.count("//h:table[contains(@class, 'metrics')]//h:tbody/h:tr"), campaign::metrics().size());
  for (const campaign::Metric& metric : campaign::metrics()) {
    EXPECT_THAT(page.texts("//h:table[contains(@class, 'metrics')]//h:span"), Contains(metric.definition));
  }
  EXPECT_EQ(page.count("//s:svg[@class='map']"), 2U) << "critical and SDC; DUE never came up in the array";
  EXPECT_EQ(page.count("//s:svg[@class='strip']"), 2U);
  EXPECT_EQ(page.count("//s:svg[@class='flow']"), 1U);
}

TEST(CampaignPage, ListsStructuresThatWereNotStruck) {
  const XmlDocument page = page_of({});
  EXPECT_THAT(page.texts("//h:section[@id='groups']//h:li"),
              Contains("controller.never_struck, 1 bits: 0 runs, upper bound 100 %"));
}

TEST(CampaignPage, WarnsOfWhatIsMissing) {
  EXPECT_EQ(page_of({}).count("//*[@class='banner']"), 0U);
  SyntheticCampaign made;
  made.missing = 40;
  made.tool_errors = 3;
  const XmlDocument page = page_of(made);
  const auto banners = page.texts("//*[@class='banner']");
  ASSERT_EQ(banners.size(), 2U);
  EXPECT_THAT(banners[0], HasSubstr("Only 1\u202F960 of 2\u202F000 experiments"));
  EXPECT_THAT(banners[1], HasSubstr("3 runs failed"));
  EXPECT_EQ(page.count("//h:section[@id='tool-errors']//h:tbody/h:tr"), 3U);
  EXPECT_EQ(page.texts("//h:section[@id='tool-errors']//h:tbody/h:tr/h:td[3]").front(),
            "cannot allocate <memory> & \"more\"");
}

TEST(CampaignPage, SaysThatNothingWasRun) {
  SyntheticCampaign made;
  made.missing = made.experiments;
  const XmlDocument page = page_of(made);
  expect_accessible(page);
  EXPECT_EQ(page.count("//*[@class='banner']"), 2U) << "incomplete and empty";
}

TEST(CampaignPage, EscapesNames) {
  SyntheticCampaign made;
  made.model = "models/<script>alert(\"1\")</script>&.onnx";
  const XmlDocument page = page_of(made);
  EXPECT_THAT(page.text("//h:h1"), HasSubstr("&"));
  EXPECT_THAT(page.texts("//h:dl[@class='facts']//h:dd"), Contains(made.model));
  EXPECT_EQ(page.count("//h:script"), 1U) << "ours";
}

TEST(CampaignPage, TellsHowToRepeatIt) {
  const CampaignResult result = test::synthetic_result({});
  const XmlDocument page(campaign_page(result));
  const std::string experiment = page.text("//h:pre[@id='experiment']");
  EXPECT_THAT(experiment, HasSubstr("seed: 1\n"));
  EXPECT_THAT(experiment, HasSubstr("  dataflow: ws\n"));
  ASSERT_FALSE(result.findings.worst().empty());
  EXPECT_THAT(page.text("//h:pre[@id='commands']"),
              HasSubstr("faultline replay results.db --experiment " +
                        std::to_string(result.findings.worst().front().number) + "\n"));
  const auto digests = page.texts("//h:section[@id='repeat']//h:td");
  EXPECT_THAT(digests, Contains(result.rows_sha256));
  EXPECT_THAT(digests, Contains(std::string(64, 'a')));
}

TEST(CampaignPage, ComparesThePrecisionWithWhatWasAskedFor) {
  CampaignResult result = test::synthetic_result({});
  EXPECT_THAT(campaign_page(result), Not(HasSubstr("asked for \u00B1")));
  result.description.experiment["faults"].update({{"question", "critical"}, {"margin", 0.02}});
  const XmlDocument page(campaign_page(result));
  const auto cards = page.texts("//h:dl[@class='verdicts']/h:div");
  EXPECT_THAT(cards.at(0), Not(HasSubstr("asked for")));
  EXPECT_THAT(cards.at(2), HasSubstr("asked for \u00B12, reached \u00B11.3 points"));
}

TEST(CampaignPage, IsTheSameForEqualResults) {
  EXPECT_EQ(campaign_page(test::synthetic_result({})), campaign_page(test::synthetic_result({})));
}

TEST(CampaignPage, StaysSmallForLargeArrays) {
  SyntheticCampaign made;
  made.rows = made.columns = 256;
  made.experiments = 100'000;
  const std::string text = campaign_page(test::synthetic_result(made));
  EXPECT_LT(text.size(), 1'000'000U);
  const XmlDocument page(text);
  EXPECT_EQ(page.count("//s:svg[@class='map'][1]/s:rect"), 32U * 32U + 16U * 16U);
  EXPECT_THAT(page.texts("//h:figcaption"), Contains(HasSubstr("each square is a block of 8 x 8 processing elements")));
}

TEST(WritePage, ReplacesTheWholeFileOrNothing) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("report.html", "old");
  write_page(path, "new");
  EXPECT_EQ(test::read_file(path), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "nothing else is left";
  EXPECT_THROW(write_page((folder.path() / "none" / "report.html").string(), "new"), UserError);
}

}  // namespace
}  // namespace faultline::report
