#pragma once

#include <string>
#include <vector>

#include "sim/multiplier/error_metrics.h"

namespace faultline::multiplier {

/// A figure as its publisher states it.
struct PublishedFigure {
  std::string key;
  double value;
  double resolution;  ///< one unit of its last digit
};

/// Figures that the head of a published circuit states, in its order: lines "// KEY = NUMBER UNIT" such as
/// "// MAE% = 0.081 %" or "// PDK45_PWR = 0.301 mW". Keys become lower case, "%" becomes "_percent", and the unit is
/// appended: "mae_percent", "pdk45_pwr_mw". They are the publisher's, not checked.
std::vector<PublishedFigure> published_figures(const std::string& source);

/// The keys of the published MAE, WCE, MRE and EP percentages that the measured errors do not round to. EvoApproxLib
/// rounds the MAE to a tenth before it makes it a percentage; that is allowed for.
std::vector<std::string> disagreeing_figures(const std::vector<PublishedFigure>& published,
                                             const ErrorMetrics& measured);

}  // namespace faultline::multiplier
