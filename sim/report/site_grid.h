#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/campaign/campaign_summary.h"
#include "sim/report/site_map.h"

namespace faultline::report {

/// Runs that struck somewhere, and those of them that count.
struct CellCount {
  uint64_t runs = 0;
  uint64_t hits = 0;

  double share() const { return runs > 0 ? static_cast<double>(hits) / static_cast<double>(runs) : 0; }
};

/// A yes-no question asked of the runs at a site.
struct SiteQuestion {
  std::string id;     ///< of the metric; a word for element ids
  std::string title;  ///< for people: "critical"
  std::function<uint64_t(const campaign::OutcomeCounts&)> hits;
};

/// Critical; SDC (tolerable or critical); DUE (crash, hang or detected): as the metrics of the same names.
const std::vector<SiteQuestion>& site_questions();

/// What maps and bars show first: critical; SDC where nothing was critical but something was wrong.
const SiteQuestion& leading_question(const campaign::OutcomeCounts& total);

/// Runs by the squares of a map, or by blocks of neighbouring ones where it is large.
struct SiteGrid {
  std::string id;                ///< of the map
  std::string unit = "PE";       ///< of one square
  int array_rows = 0;            ///< of squares
  int array_columns = 0;         ///< of squares
  int row_block = 1;             ///< squares of a cell, downwards; the last cell may have fewer
  int column_block = 1;          ///< and across
  int rows = 0;                  ///< of cells
  int columns = 0;               ///< of cells
  std::vector<CellCount> cells;  ///< row-major

  bool empty() const { return cells.empty(); }
  bool in_blocks() const { return row_block > 1 || column_block > 1; }
  double highest_share() const;
  uint64_t struck_cells() const;
  uint64_t runs() const;
  /// "PE [3][5]", or "PE [0 to 7][8 to 15]"; "warp 3" on a map of one row.
  std::string cell_name(size_t cell) const;
};

/// The grid of all sites on a map, at most `most_cells` cells a side. Empty when the fault space has none.
SiteGrid site_grid(const SiteMap& map, const campaign::CampaignDescription& description,
                   const campaign::CampaignSummary& summary, const SiteQuestion& question, int most_cells);

/// Runs along a memory, by ranges of words in row-major order.
struct WordStrip {
  std::string structure;
  uint64_t words = 0;
  uint64_t range = 1;  ///< words of a cell; the last may have fewer
  std::vector<CellCount> cells;

  double highest_share() const;
  uint64_t runs() const;
  /// "words 0 to 1023".
  std::string cell_name(size_t cell) const;
};

/// A strip for each memory that was struck, in order of the state table, of at most `most_cells` cells.
std::vector<WordStrip> word_strips(const campaign::CampaignDescription& description,
                                   const campaign::CampaignSummary& summary, const SiteQuestion& question,
                                   uint64_t most_cells);

}  // namespace faultline::report
