#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/report/heat_map.h"
#include "sim/report/palette.h"
#include "sim/report/site_grid.h"
#include "tests/support/synthetic_campaign.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using test::XmlDocument;
using testing::HasSubstr;

const SiteQuestion& critical() {
  return site_questions().front();
}

/// A 2 x 3 array: two cells struck, one of them critical once in four.
SiteGrid small_grid() {
  SiteGrid grid;
  grid.array_rows = grid.rows = 2;
  grid.array_columns = grid.columns = 3;
  grid.cells.resize(6);
  grid.cells[1] = {4, 1};
  grid.cells[5] = {7, 0};
  return grid;
}

TEST(HeatMap, TellsNeverFromNotStruck) {
  const XmlDocument map(heat_map(small_grid(), critical()));
  EXPECT_EQ(map.texts("//s:rect/@class"),
            (std::vector<std::string>{"unstruck", "heat4", "unstruck", "unstruck", "unstruck", "heat0"}))
      << "a share of 0.25 on a scale to 0.5 is the fourth of eight steps";
}

TEST(HeatMap, SaysCountsOfEverySquare) {
  const XmlDocument map(heat_map(small_grid(), critical()));
  EXPECT_EQ(map.texts("//s:rect/s:title"),
            (std::vector<std::string>{"PE [0][0]: not struck", "PE [0][1]: 1 of 4 critical (25.0\u00A0%)",
                                      "PE [0][2]: not struck", "PE [1][0]: not struck", "PE [1][1]: not struck",
                                      "PE [1][2]: 0 of 7 critical (0\u00A0%)"}));
  EXPECT_EQ(map.texts("//s:text[starts-with(@class, 'figure-in-cell')]"), (std::vector<std::string>{"25", "0"}));
  EXPECT_THAT(map.text("/s:svg/s:desc"), HasSubstr("2 of 6 squares struck, by 11 runs. Highest: PE [0][1]: 1 of 4"));
}

/// Counts of a synthetic campaign, straight from its sites.
CellCount count_of(const CampaignResult& result, const SiteQuestion& question, const std::string& prefix) {
  CellCount count;
  for (const campaign::SiteSummary& site : result.summary.sites) {
    if (result.description.fields[site.site.field].path.rfind(prefix, 0) == 0) {
      count.runs += site.counts.experiments();
      count.hits += question.hits(site.counts);
    }
  }
  return count;
}

TEST(SiteGrid, LosesNoRunInBlocksOfAnySize) {
  for (const auto& [rows, columns] : {std::pair{1, 1}, {3, 5}, {16, 16}, {33, 7}, {256, 256}, {4, 200}}) {
    test::SyntheticCampaign made;
    made.rows = rows;
    made.columns = columns;
    made.seed = static_cast<uint64_t>(rows) * 1000 + static_cast<uint64_t>(columns);
    SCOPED_TRACE(testing::Message() << rows << "x" << columns << ", seed " << made.seed);
    const CampaignResult result = test::synthetic_result(made);
    for (const SiteQuestion& question : site_questions()) {
      const CellCount expected = count_of(result, question, "array.pe[*][*].");
      for (const int most : {1, 5, 16, 32, 256}) {
        const SiteGrid grid = site_grid(site_maps().front(), result.description, result.summary, question, most);
        EXPECT_LE(std::max(grid.rows, grid.columns), most);
        EXPECT_EQ(grid.runs(), expected.runs);
        EXPECT_EQ(std::accumulate(grid.cells.begin(), grid.cells.end(), uint64_t{0},
                                  [](uint64_t sum, const CellCount& cell) { return sum + cell.hits; }),
                  expected.hits);
        EXPECT_TRUE(XmlDocument(heat_map(grid, question)).is_well_formed());
      }
    }
  }
}

TEST(SiteGrid, PutsASiteIntoItsBlock) {
  test::SyntheticCampaign made;
  made.rows = 20;
  made.columns = 10;
  const campaign::CampaignDescription description = test::synthetic_description(made);
  campaign::CampaignSummary summary;
  campaign::SiteSummary site;
  site.site = {0, 13 * 10 + 7};  // row 13, column 7
  site.counts.outcomes[static_cast<size_t>(campaign::Outcome::kCritical)] = 1;
  summary.sites.push_back(site);
  const SiteGrid grid = site_grid(site_maps().front(), description, summary, critical(), 5);
  EXPECT_EQ(grid.row_block, 4);
  EXPECT_EQ(grid.column_block, 2);
  const size_t cell = 3 * 5 + 3;
  EXPECT_EQ(grid.cells[cell].hits, 1U);
  EXPECT_EQ(grid.cell_name(cell), "PE [12 to 15][6 to 7]");
}

TEST(SiteQuestion, LeadsWithSdcWhereNothingWasCritical) {
  campaign::OutcomeCounts counts;
  EXPECT_EQ(leading_question(counts).id, "critical");
  counts.outcomes[static_cast<size_t>(campaign::Outcome::kTolerable)] = 5;
  EXPECT_EQ(leading_question(counts).id, "sdc");
  counts.outcomes[static_cast<size_t>(campaign::Outcome::kCritical)] = 1;
  EXPECT_EQ(leading_question(counts).id, "critical");
}

TEST(SiteGrid, IsEmptyWithoutAnArray) {
  EXPECT_TRUE(site_grid(site_maps().front(), {}, {}, critical(), 16).empty());
}

TEST(WordStrip, CoversAMemoryByRanges) {
  const CampaignResult result = test::synthetic_result({});
  const auto strips = word_strips(result.description, result.summary, critical(), 64);
  ASSERT_EQ(strips.size(), 2U);
  EXPECT_EQ(strips[0].structure, "buffer.weight[*]");
  EXPECT_EQ(strips[0].range, 1024U);
  EXPECT_EQ(strips[0].cell_name(63), "words 64512 to 65535");
  for (const WordStrip& strip : strips) {
    EXPECT_EQ(strip.runs(), count_of(result, critical(), strip.structure).runs);
    const XmlDocument drawn(word_strip(strip, critical(), 1));
    EXPECT_EQ(drawn.count("//s:rect/s:title"), strip.cells.size());
  }
}

TEST(WordStrip, NamesAShortLastRange) {
  WordStrip strip;
  strip.words = 10;
  strip.range = 4;
  strip.cells.resize(3);
  EXPECT_EQ(strip.cell_name(2), "words 8 to 9");
}

TEST(HeatLegend, HasEveryStep) {
  const XmlDocument legend(heat_legend(0.5));
  EXPECT_EQ(legend.count("//s:rect"), kHeatSteps + 1);
  EXPECT_THAT(legend.text("/p"), HasSubstr("not struck"));
  EXPECT_THAT(legend.text("/p"), HasSubstr("in 8 equal steps up to 50\u00A0%"));
}

}  // namespace
}  // namespace faultline::report
