#include "sim/report/difference_bar.h"

#include "sim/report/bar_parts.h"
#include "sim/report/number_text.h"

namespace faultline::report {

std::string difference_bar(const campaign::Interval& difference, double end) {
  const BarRange range{-end, end};
  Markup markup;
  {
    const auto bar = bar_scope(markup, points(difference.estimate, true) + " points (" + points(difference.low, true) +
                                           " to " + points(difference.high, true) + ")");
    bar_line(markup, "zero", "50%", "50%", 0, 18);
    bar_whisker(markup, difference, range);
    markup.empty("circle", {{"class", "estimate"}, {"cx", range.at(difference.estimate)}, {"cy", "9"}, {"r", "4"}});
  }
  return markup.str();
}

}  // namespace faultline::report
