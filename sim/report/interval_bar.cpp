#include "sim/report/interval_bar.h"

#include "sim/report/bar_parts.h"
#include "sim/report/number_text.h"

namespace faultline::report {

std::string interval_bar(const campaign::Interval& rate, const BarAxis& axis) {
  const BarRange range{0, axis.end};
  Markup markup;
  {
    const auto bar = bar_scope(markup, estimate_text(rate) + " (" + bounds(rate) + ")");
    markup.empty("rect",
                 {{"class", "rate"}, {"x", "0"}, {"y", "3"}, {"width", range.at(rate.estimate)}, {"height", "12"}});
    if (axis.overall >= 0) {
      bar_line(markup, "overall", range.at(axis.overall), range.at(axis.overall), 0, 18);
    }
    bar_whisker(markup, rate, range);
  }
  return markup.str();
}

}  // namespace faultline::report
