#pragma once

#include <string>

#include "sim/campaign/interval.h"

namespace faultline::report {

/// A difference as SVG, as wide as the element it stands in: 0 in the middle, the axis from -end to +end, a point at
/// the estimate and a whisker from bound to bound that ends in an arrow where it goes beyond the axis.
std::string difference_bar(const campaign::Interval& difference, double end);

}  // namespace faultline::report
