#include "sim/report/line_chart.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/number_text.h"

namespace faultline::report {
namespace {

constexpr double kChartHeight = 360;
constexpr double kNamesWidth = 260;  // of names to the right of the plot, at least
constexpr double kLetter = 7;        // of a name
constexpr double kPlotLeft = 64, kPlotRight = 500, kPlotTop = 30, kPlotBottom = 310;
constexpr double kNameLine = 17;  ///< from name to name, at least
constexpr int kTicks = 5;
constexpr size_t kLineStyles = 6;

/// Outlines around (0, 0), so that lines can be told apart without colours.
const char* mark_outline(size_t line) {
  constexpr const char* kOutlines[kLineStyles] = {"M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
                                                  "M-4-4h8v8h-8z",
                                                  "M0-5L5 4H-5z",
                                                  "M0-5L5 0L0 5L-5 0z",
                                                  "M0 5L5-4H-5z",
                                                  "M-4-4L4 4M4-4L-4 4"};
  return kOutlines[line % kLineStyles];
}

class LineChart {
 public:
  explicit LineChart(const std::vector<ChartLine>& lines) : lines_(lines) {
    double largest = 0;
    for (const ChartLine& line : lines) {
      for (const auto& [x, y] : line.points) {
        largest = std::max(largest, x);
      }
    }
    end_ = largest > 0 ? axis_end(largest, 1) : 1;
  }

  std::string draw(const ChartText& text, const std::string& x_name, const std::string& y_name) {
    {
      const auto chart = chart_scope(
          markup_, text, {{"class", "lines"}, {"viewBox", fmt::format("0 0 {:.0f} {:.0f}", width(), kChartHeight)}});
      axes(x_name, y_name);
      for (size_t line = 0; line < lines_.size(); ++line) {
        curve(line);
      }
      names();
    }
    return markup_.str();
  }

 private:
  double width() const {
    size_t letters = 0;
    for (const ChartLine& line : lines_) {
      letters = std::max(letters, line.name.size());
    }
    return kPlotRight + std::max(kNamesWidth, 40 + kLetter * static_cast<double>(letters));
  }
  double across(double x) const { return kPlotLeft + x / end_ * (kPlotRight - kPlotLeft); }
  static double down(double y) { return kPlotBottom - y * (kPlotBottom - kPlotTop); }

  void rule(const std::string& kind, double x1, double y1, double x2, double y2) {
    markup_.empty("path", {{"class", kind}, {"d", fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", x1, y1, x2, y2)}});
  }
  void label(const std::string& text, const std::string& kind, double x, double y) {
    markup_.element("text", text, {{"class", kind}, {"x", fmt::format("{:.1f}", x)}, {"y", fmt::format("{:.1f}", y)}});
  }

  void axes(const std::string& x_name, const std::string& y_name) {
    for (int tick = 0; tick <= kTicks; ++tick) {
      const double share = static_cast<double>(tick) / kTicks;
      rule("grid", kPlotLeft, down(share), kPlotRight, down(share));
      label(round_percent(share), "y-tick", kPlotLeft - 8, down(share) + 4);
      label(round_percent(share * end_), "x-tick", across(share * end_), kPlotBottom + 20);
    }
    label(y_name, "y-name", 4, kPlotTop - 14);
    label(x_name, "x-tick", (kPlotLeft + kPlotRight) / 2, kPlotBottom + 42);
  }

  void curve(size_t line) {
    const std::string kind = fmt::format("curve curve-{}", line % kLineStyles);
    std::string path;
    for (const auto& [x, y] : lines_[line].points) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", across(x), down(y));
    }
    markup_.empty("path", {{"class", kind}, {"d", path}});
    for (const auto& [x, y] : lines_[line].points) {
      const auto mark =
          markup_.scope("path", {{"class", kind + " mark"},
                                 {"d", mark_outline(line)},
                                 {"transform", fmt::format("translate({:.1f} {:.1f})", across(x), down(y))}});
      markup_.element("title", fmt::format("{}: {} at {}", lines_[line].name, percent(y), percent(x)));
    }
  }

  /// Beside the last points, in their order, moved apart where they would lie on each other.
  void names() {
    std::vector<size_t> order;
    for (size_t line = 0; line < lines_.size(); ++line) {
      if (!lines_[line].points.empty()) {
        order.push_back(line);
      }
    }
    const auto end_of = [this](size_t line) { return down(lines_[line].points.back().second); };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return end_of(a) < end_of(b); });
    double least = kPlotTop;
    for (size_t place = 0; place < order.size(); ++place) {
      const double below = kPlotBottom - kNameLine * static_cast<double>(order.size() - 1 - place);
      const double y = std::max(least, std::min(end_of(order[place]), below));
      const std::string kind = fmt::format("curve curve-{} mark", order[place] % kLineStyles);
      markup_.empty("path", {{"class", kind},
                             {"d", mark_outline(order[place])},
                             {"transform", fmt::format("translate({:.1f} {:.1f})", kPlotRight + 18, y)}});
      label(lines_[order[place]].name, "line-name", kPlotRight + 30, y + 4);
      least = y + kNameLine;
    }
  }

  const std::vector<ChartLine>& lines_;
  double end_ = 1;
  Markup markup_;
};

}  // namespace

std::string line_chart(const ChartText& text, const std::string& x_name, const std::string& y_name,
                       const std::vector<ChartLine>& lines) {
  return LineChart(lines).draw(text, x_name, y_name);
}

}  // namespace faultline::report
