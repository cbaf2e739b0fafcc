#pragma once

#include <string>

#include "sim/campaign/interval.h"
#include "sim/report/markup.h"

namespace faultline::report {

/// Values at both edges of a bar.
struct BarRange {
  double left = 0;
  double right = 1;

  /// Position of a value as SVG wants it, "12.34%"; values beyond an edge stand at it.
  std::string at(double value) const;
};

/// A straight line of a bar; `kind` is its class.
void bar_line(Markup& markup, const std::string& kind, const std::string& x1, const std::string& x2, int y1, int y2);

/// The whisker from bound to bound, with an arrow at each edge that it goes beyond.
void bar_whisker(Markup& markup, const campaign::Interval& interval, const BarRange& range);

/// The element that encloses a bar. `name` is what it says to those who do not see it.
[[nodiscard]] Markup::Scope bar_scope(Markup& markup, const std::string& name);

}  // namespace faultline::report
