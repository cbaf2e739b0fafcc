#include "sim/report/bar_parts.h"

#include <algorithm>

#include <fmt/format.h>

namespace faultline::report {
namespace {

void arrow(Markup& markup, const std::string& x, const std::string& shape) {
  const auto edge = markup.scope("svg", {{"x", x}, {"class", "arrow"}});
  markup.empty("path", {{"d", shape}});
}

}  // namespace

std::string BarRange::at(double value) const {
  return fmt::format("{:.2f}%", 100 * std::clamp((value - left) / (right - left), 0.0, 1.0));
}

void bar_line(Markup& markup, const std::string& kind, const std::string& x1, const std::string& x2, int y1, int y2) {
  markup.empty("line",
               {{"class", kind}, {"x1", x1}, {"x2", x2}, {"y1", std::to_string(y1)}, {"y2", std::to_string(y2)}});
}

void bar_whisker(Markup& markup, const campaign::Interval& interval, const BarRange& range) {
  const std::string low = range.at(interval.low);
  const std::string high = range.at(interval.high);
  bar_line(markup, "whisker", low, high, 9, 9);
  if (interval.low < range.left) {
    arrow(markup, "0%", "M7 4L0 9L7 14z");
  } else {
    bar_line(markup, "whisker", low, low, 5, 13);
  }
  if (interval.high > range.right) {
    arrow(markup, "100%", "M-7 4L0 9L-7 14z");
  } else {
    bar_line(markup, "whisker", high, high, 5, 13);
  }
}

Markup::Scope bar_scope(Markup& markup, const std::string& name) {
  auto scope = markup.scope("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                    {"class", "bar"},
                                    {"role", "img"},
                                    {"aria-label", name},
                                    {"width", "100%"},
                                    {"height", "18"}});
  markup.element("title", name);
  bar_line(markup, "base", "0%", "100%", 17, 17);
  return scope;
}

}  // namespace faultline::report
