#pragma once

#include <string>

#include "sim/campaign/interval.h"

namespace faultline::report {

/// What all bars of one table share.
struct BarAxis {
  double end = 1;       ///< share at the right edge; the left edge is 0
  double overall = -1;  ///< share marked in every bar for comparison; negative: none
};

/// One rate as SVG: a bar to the estimate, a whisker from bound to bound, the overall rate as a dashed line. As wide as
/// the element it stands in. A whisker that goes beyond the axis ends in an arrow.
std::string interval_bar(const campaign::Interval& rate, const BarAxis& axis);

}  // namespace faultline::report
