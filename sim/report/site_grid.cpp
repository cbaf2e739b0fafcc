#include "sim/report/site_grid.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using campaign::CampaignSummary;
using campaign::Outcome;
using campaign::OutcomeCounts;

/// Among the last elements of a field is the one that lies farthest on a map.
constexpr size_t kLastElements = 64;

int blocks(int extent, int block) {
  return (extent + block - 1) / block;
}

std::string range_text(int first, int count, int end) {
  const int last = std::min(first + count, end) - 1;
  return last > first ? fmt::format("{} to {}", first, last) : std::to_string(first);
}

double highest(const std::vector<CellCount>& cells) {
  double share = 0;
  for (const CellCount& cell : cells) {
    share = std::max(share, cell.share());
  }
  return share;
}

uint64_t total_runs(const std::vector<CellCount>& cells) {
  return std::accumulate(cells.begin(), cells.end(), uint64_t{0},
                         [](uint64_t sum, const CellCount& cell) { return sum + cell.runs; });
}

void count(CellCount& cell, const OutcomeCounts& counts, const SiteQuestion& question) {
  cell.runs += counts.experiments();
  cell.hits += question.hits(counts);
}

/// An empty grid as large as the fields of a map.
SiteGrid grid_of(const SiteMap& map, const CampaignDescription& description, int most_cells) {
  SiteGrid grid;
  grid.id = map.id;
  grid.unit = map.unit;
  for (const hw::StateField& field : description.fields) {
    const size_t count = field.element_count();
    for (size_t element = count - std::min(count, kLastElements); element < count; ++element) {
      if (const auto place = map.place(description, field, element)) {
        grid.array_rows = std::max(grid.array_rows, place->first + 1);
        grid.array_columns = std::max(grid.array_columns, place->second + 1);
      }
    }
  }
  if (grid.array_columns == 0) {
    return grid;
  }
  grid.row_block = blocks(grid.array_rows, most_cells);
  grid.column_block = blocks(grid.array_columns, most_cells);
  grid.rows = blocks(grid.array_rows, grid.row_block);
  grid.columns = blocks(grid.array_columns, grid.column_block);
  grid.cells.resize(static_cast<size_t>(grid.rows) * static_cast<size_t>(grid.columns));
  return grid;
}

}  // namespace

const std::vector<SiteQuestion>& site_questions() {
  static const std::vector<SiteQuestion> kAll = {
      {"critical", "critical", [](const OutcomeCounts& counts) { return counts.count(Outcome::kCritical); }},
      {"sdc", "SDC",
       [](const OutcomeCounts& counts) {
         return counts.count(Outcome::kTolerable) + counts.count(Outcome::kCritical);
       }},
      {"due", "DUE", [](const OutcomeCounts& counts) {
         return counts.count(Outcome::kCrash) + counts.count(Outcome::kHang) + counts.count(Outcome::kDetected);
       }}};
  return kAll;
}

const SiteQuestion& leading_question(const OutcomeCounts& total) {
  const SiteQuestion& critical = site_questions()[0];
  const SiteQuestion& sdc = site_questions()[1];
  return critical.hits(total) == 0 && sdc.hits(total) > 0 ? sdc : critical;
}

double SiteGrid::highest_share() const {
  return highest(cells);
}

uint64_t SiteGrid::struck_cells() const {
  return static_cast<uint64_t>(
      std::count_if(cells.begin(), cells.end(), [](const CellCount& cell) { return cell.runs > 0; }));
}

uint64_t SiteGrid::runs() const {
  return total_runs(cells);
}

std::string SiteGrid::cell_name(size_t cell) const {
  const int row = static_cast<int>(cell) / columns * row_block;
  const int column = static_cast<int>(cell) % columns * column_block;
  const std::string across = range_text(column, column_block, array_columns);
  return array_rows == 1 ? fmt::format("{} {}", unit, across)
                         : fmt::format("{} [{}][{}]", unit, range_text(row, row_block, array_rows), across);
}

SiteGrid site_grid(const SiteMap& map, const CampaignDescription& description, const CampaignSummary& summary,
                   const SiteQuestion& question, int most_cells) {
  SiteGrid grid = grid_of(map, description, most_cells);
  for (const campaign::SiteSummary& site : summary.sites) {
    const auto place = map.place(description, description.fields.at(site.site.field), site.site.element);
    if (place) {
      const int cell = place->first / grid.row_block * grid.columns + place->second / grid.column_block;
      count(grid.cells.at(static_cast<size_t>(cell)), site.counts, question);
    }
  }
  return grid;
}

double WordStrip::highest_share() const {
  return highest(cells);
}

uint64_t WordStrip::runs() const {
  return total_runs(cells);
}

std::string WordStrip::cell_name(size_t cell) const {
  const uint64_t first = cell * range;
  const uint64_t last = std::min(first + range, words) - 1;
  return last > first ? fmt::format("words {} to {}", first, last) : fmt::format("word {}", first);
}

std::vector<WordStrip> word_strips(const CampaignDescription& description, const CampaignSummary& summary,
                                   const SiteQuestion& question, uint64_t most_cells) {
  std::map<size_t, WordStrip> strips;
  for (const campaign::SiteSummary& site : summary.sites) {
    const hw::StateField& field = description.fields.at(site.site.field);
    if (field.kind != hw::StateKind::kMemory) {
      continue;
    }
    WordStrip& strip = strips[site.site.field];
    if (strip.cells.empty()) {
      strip.structure = field.path;
      strip.words = field.element_count();
      strip.range = (strip.words + most_cells - 1) / most_cells;
      strip.cells.resize((strip.words + strip.range - 1) / strip.range);
    }
    count(strip.cells.at(site.site.element / strip.range), site.counts, question);
  }
  std::vector<WordStrip> in_order;
  in_order.reserve(strips.size());
  for (auto& [field, strip] : strips) {
    in_order.push_back(std::move(strip));
  }
  return in_order;
}

}  // namespace faultline::report
