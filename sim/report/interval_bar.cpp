#include "sim/report/interval_bar.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/markup.h"
#include "sim/report/number_text.h"

namespace faultline::report {
namespace {

/// Position on the axis as SVG wants it.
std::string at(double share, const BarAxis& axis) {
  return fmt::format("{:.2f}%", 100 * std::clamp(share / axis.end, 0.0, 1.0));
}

void line(Markup& markup, const std::string& kind, const std::string& x1, const std::string& x2, int y1, int y2) {
  markup.empty("line",
               {{"class", kind}, {"x1", x1}, {"x2", x2}, {"y1", std::to_string(y1)}, {"y2", std::to_string(y2)}});
}

void whisker(Markup& markup, const campaign::Interval& rate, const BarAxis& axis) {
  const std::string low = at(rate.low, axis);
  const std::string high = at(rate.high, axis);
  line(markup, "whisker", low, high, 9, 9);
  line(markup, "whisker", low, low, 5, 13);
  if (rate.high <= axis.end) {
    line(markup, "whisker", high, high, 5, 13);
    return;
  }
  const auto edge = markup.scope("svg", {{"x", "100%"}, {"class", "arrow"}});
  markup.empty("path", {{"d", "M-7 4L0 9L-7 14z"}});
}

}  // namespace

std::string interval_bar(const campaign::Interval& rate, const BarAxis& axis) {
  Markup markup;
  {
    const auto chart = markup.scope("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                            {"class", "bar"},
                                            {"role", "img"},
                                            {"aria-label", percent(rate.estimate) + ", " + bounds(rate)},
                                            {"width", "100%"},
                                            {"height", "18"}});
    markup.element("title", percent(rate.estimate) + " (" + bounds(rate) + ")");
    line(markup, "base", "0%", "100%", 17, 17);
    markup.empty("rect",
                 {{"class", "rate"}, {"x", "0"}, {"y", "3"}, {"width", at(rate.estimate, axis)}, {"height", "12"}});
    if (axis.overall >= 0) {
      line(markup, "overall", at(axis.overall, axis), at(axis.overall, axis), 0, 18);
    }
    whisker(markup, rate, axis);
  }
  return markup.str();
}

}  // namespace faultline::report
