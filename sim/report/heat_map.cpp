#include "sim/report/heat_map.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/markup.h"
#include "sim/report/number_text.h"
#include "sim/report/palette.h"

namespace faultline::report {
namespace {

constexpr int kPlot = 416;  ///< units of the longer side
constexpr int kLargestCell = 52;
constexpr int kNumberedCells = 16;  ///< more a side leave no room for figures
constexpr int kLeft = 40;
constexpr int kTop = 26;
constexpr int kLabelEvery = 30;  ///< units between labels of rows and columns, at least

std::string cell_class(const CellCount& cell, double scale_end) {
  return cell.runs == 0 ? "unstruck" : fmt::format("heat{}", heat_step(cell.share(), scale_end));
}

std::string cell_text(const std::string& name, const CellCount& cell, const std::string& question) {
  return cell.runs == 0
             ? name + ": not struck"
             : fmt::format("{}: {} of {} {} ({})", name, cell.hits, cell.runs, question, percent(cell.share()));
}

/// The description that stands for the picture.
std::string described(const SiteGrid& grid, const SiteQuestion& question) {
  const auto highest = std::max_element(grid.cells.begin(), grid.cells.end(),
                                        [](const CellCount& a, const CellCount& b) { return a.share() < b.share(); });
  std::string text = fmt::format("{} by {}, {} of {} squares struck, by {} runs.", grid.array_rows, grid.array_columns,
                                 grid.struck_cells(), grid.cells.size(), grid.runs());
  if (highest->hits > 0) {
    text += " Highest: " +
            cell_text(grid.cell_name(static_cast<size_t>(highest - grid.cells.begin())), *highest, question.title) +
            ".";
  }
  return text;
}

/// Small squares side by side.
void key(Markup& markup, const std::vector<std::string>& kinds) {
  const auto svg = markup.scope("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                        {"class", "key"},
                                        {"aria-hidden", "true"},
                                        {"width", std::to_string(16 * kinds.size())},
                                        {"height", "16"}});
  for (size_t i = 0; i < kinds.size(); ++i) {
    markup.empty("rect", {{"class", kinds[i]}, {"x", std::to_string(16 * i)}, {"width", "16"}, {"height", "16"}});
  }
}

/// Draws one grid.
class HeatMap {
 public:
  HeatMap(const SiteGrid& grid, const SiteQuestion& question)
      : grid_(grid),
        question_(question),
        scale_end_(axis_end(grid.highest_share(), 1)),
        side_(std::min(kPlot / std::max(grid.rows, grid.columns), kLargestCell)) {}

  std::string draw() {
    const int width = kLeft + side_ * grid_.columns + 2;
    const int height = kTop + side_ * grid_.rows + 2;
    {
      const auto chart = chart_scope(markup_,
                                     {"map-" + grid_.id + question_.id, "Map by " + grid_.unit + ": " + question_.title,
                                      described(grid_, question_)},
                                     {{"class", "map"},
                                      {"viewBox", fmt::format("0 0 {} {}", width, height)},
                                      {"style", fmt::format("max-width:{}px", width * 5 / 4)}});
      labels();
      for (size_t cell = 0; cell < grid_.cells.size(); ++cell) {
        square(cell);
      }
    }
    return markup_.str();
  }

 private:
  void labels() {
    const int every = std::max((kLabelEvery + side_ - 1) / side_, 1);
    for (int column = 0; column < grid_.columns; column += every) {
      markup_.element("text", std::to_string(column * grid_.column_block),
                      {{"class", "column-label"},
                       {"x", std::to_string(kLeft + column * side_ + side_ / 2)},
                       {"y", std::to_string(kTop - 8)}});
    }
    for (int row = 0; row < grid_.rows; row += every) {
      markup_.element("text", std::to_string(row * grid_.row_block),
                      {{"class", "row-label"},
                       {"x", std::to_string(kLeft - 8)},
                       {"y", std::to_string(kTop + row * side_ + side_ / 2 + 5)}});
    }
  }

  void square(size_t index) {
    const CellCount& cell = grid_.cells[index];
    const std::string kind = cell_class(cell, scale_end_);
    const int x = kLeft + static_cast<int>(index) % grid_.columns * side_;
    const int y = kTop + static_cast<int>(index) / grid_.columns * side_;
    const std::string extent = std::to_string(side_ - 1);
    {
      const auto shape = markup_.scope(
          "rect",
          {{"class", kind}, {"x", std::to_string(x)}, {"y", std::to_string(y)}, {"width", extent}, {"height", extent}});
      markup_.element("title", cell_text(grid_.cell_name(index), cell, question_.title));
    }
    if (cell.runs > 0 && std::max(grid_.rows, grid_.columns) <= kNumberedCells) {
      markup_.element("text", fmt::format("{:.0f}", 100 * cell.share()),
                      {{"class", "figure-in-cell on-" + kind},
                       {"x", std::to_string(x + side_ / 2)},
                       {"y", std::to_string(y + side_ / 2 + 4)}});
    }
  }

  const SiteGrid& grid_;
  const SiteQuestion& question_;
  double scale_end_;
  int side_;  ///< of a square and the gap after it
  Markup markup_;
};

}  // namespace

std::string heat_map(const SiteGrid& grid, const SiteQuestion& question) {
  return HeatMap(grid, question).draw();
}

std::string word_strip(const WordStrip& strip, const SiteQuestion& question, double scale_end) {
  Markup markup;
  {
    const auto chart = chart_scope(
        markup,
        {"strip-" + strip.structure, "Strip of " + strip.structure + ": " + question.title,
         fmt::format("{} words in {} ranges, struck by {} runs.", strip.words, strip.cells.size(), strip.runs())},
        {{"class", "strip"}, {"width", "100%"}, {"height", "26"}});
    const double width = 100.0 / static_cast<double>(strip.cells.size());
    for (size_t cell = 0; cell < strip.cells.size(); ++cell) {
      const auto shape = markup.scope("rect", {{"class", cell_class(strip.cells[cell], scale_end)},
                                               {"x", fmt::format("{:.3f}%", static_cast<double>(cell) * width)},
                                               {"y", "0"},
                                               {"width", fmt::format("{:.3f}%", width)},
                                               {"height", "26"}});
      markup.element("title", cell_text(strip.cell_name(cell), strip.cells[cell], question.title));
    }
  }
  return markup.str();
}

std::string heat_legend(double scale_end) {
  Markup markup;
  {
    const auto legend = markup.scope("p", {{"class", "legend"}});
    key(markup, {"unstruck"});
    markup.element("span", "not struck");
    key(markup, {"heat0"});
    markup.element("span", "never");
    std::vector<std::string> steps;
    for (size_t step = 1; step < kHeatSteps; ++step) {
      steps.push_back(fmt::format("heat{}", step));
    }
    key(markup, steps);
    markup.element("span", fmt::format("in {} equal steps up to {}", steps.size(), round_percent(scale_end)));
  }
  return markup.str();
}

}  // namespace faultline::report
