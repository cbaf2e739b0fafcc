#include <algorithm>

#include <fmt/format.h>

#include "sim/report/heat_map.h"
#include "sim/report/number_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/site_grid.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

constexpr int kLargeMap = 32;  ///< squares a side of the first map
constexpr int kSmallMap = 16;  ///< and of the others
constexpr uint64_t kRanges = 64;

std::vector<SiteQuestion> leading_first(const SiteQuestion& leading) {
  std::vector<SiteQuestion> questions = {leading};
  for (const SiteQuestion& question : site_questions()) {
    if (question.id != leading.id) {
      questions.push_back(question);
    }
  }
  return questions;
}

/// What a map says besides its picture.
std::string map_caption(const SiteMap& map, const SiteGrid& grid, const SiteQuestion& question) {
  std::string text = fmt::format("Share of {} runs by {}: {}", question.title, map.unit, map.axes);
  if (grid.in_blocks()) {
    text += fmt::format("; each square is a block of {} x {} {}", grid.row_block, grid.column_block, map.units);
  }
  return text + fmt::format(". {} runs struck {} of {} squares.", count_text(grid.runs()),
                            count_text(grid.struck_cells()), count_text(grid.cells.size()));
}

void write_map_numbers(Markup& page, const SiteMap& map, const SiteGrid& grid, const SiteQuestion& question) {
  const auto details = page.scope("details");
  page.element("summary", "The map in figures");
  const auto table = page.scope("table", {{"class", "sortable"}});
  page.element("caption", "Struck squares of the first map");
  write_columns(
      page,
      {{map.units}, {"Runs", true}, {question.id == "critical" ? "Critical" : question.title, true}, {"Share", true}});
  const auto body = page.scope("tbody");
  for (size_t i = 0; i < grid.cells.size(); ++i) {
    const CellCount& cell = grid.cells[i];
    if (cell.runs == 0) {
      continue;
    }
    const auto row = page.scope("tr");
    page.element("th", grid.cell_name(i), {{"scope", "row"}});
    write_count(page, cell.runs);
    write_count(page, cell.hits);
    write_share(page, cell.share());
  }
}

void write_map(Markup& page, const CampaignResult& result, const SiteMap& map) {
  const SiteQuestion& leading = leading_question(result.summary.total.counts);
  const SiteGrid first = site_grid(map, result.description, result.summary, leading, kLargeMap);
  if (first.empty()) {
    return;
  }
  page.element("h3", map.heading);
  if (first.runs() == 0) {
    page.element("p", fmt::format("No site of the {} was struck.", map.units));
    return;
  }
  std::string never;
  {
    const auto maps = page.scope("div", {{"class", "maps"}});
    for (const SiteQuestion& question : leading_first(leading)) {
      const bool main = question.id == leading.id;
      const SiteGrid grid = site_grid(map, result.description, result.summary, question, main ? kLargeMap : kSmallMap);
      if (!main && grid.highest_share() <= 0) {
        never += fmt::format("No run on a site of the {} was {}. ", map.units, question.title);
        continue;
      }
      const auto figure = page.scope("figure");
      page.append(heat_map(grid, question));
      page.append(heat_legend(axis_end(grid.highest_share(), 1)));
      page.element("figcaption", map_caption(map, grid, question));
    }
  }
  if (!never.empty()) {
    page.element("p", never + "There is no map of what never came up.");
  }
  write_map_numbers(page, map, first, leading);
}

void write_strips(Markup& page, const CampaignResult& result) {
  const SiteQuestion& question = leading_question(result.summary.total.counts);
  const auto strips = word_strips(result.description, result.summary, question, kRanges);
  if (strips.empty()) {
    page.element("p", "No memory was struck.");
    return;
  }
  double highest = 0;
  for (const WordStrip& strip : strips) {
    highest = std::max(highest, strip.highest_share());
  }
  const auto figure = page.scope("figure");
  {
    const auto list = page.scope("dl", {{"class", "strips"}});
    for (const WordStrip& strip : strips) {
      page.element("dt", fmt::format("{}: {} words, {} runs, {} a range", strip.structure, count_text(strip.words),
                                     count_text(strip.runs()), count_text(strip.range)));
      const auto value = page.scope("dd");
      page.append(word_strip(strip, question, axis_end(highest, 1)));
    }
  }
  page.append(heat_legend(axis_end(highest, 1)));
  page.element("figcaption",
               fmt::format("Share of {} runs along each memory, first word left; more than one dimension row by row.",
                           question.title));
}

}  // namespace

void write_places(Markup& page, const CampaignResult& result) {
  const auto section = page.scope("section", {{"id", "places"}});
  page.element("h2", "Places and memories");
  page.element("p",
               "Maps show counted runs and say where to look. A single square holds few of them: compare rates by the "
               "tables below, which have intervals.",
               {{"class", "note"}});
  if (result.description.weighted || result.description.strata.size() > 1) {
    page.element("p",
                 "This campaign did not strike all places as often as they would be struck: maps show shares of the "
                 "runs that were drawn, without the weights of experiments and strata.",
                 {{"class", "note"}});
  }
  for (const SiteMap& map : site_maps()) {
    write_map(page, result, map);
  }
  page.element("h3", "The memories");
  write_strips(page, result);
}

}  // namespace faultline::report
