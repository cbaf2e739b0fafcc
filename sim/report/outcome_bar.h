#pragma once

#include <string>

#include "sim/campaign/outcome_counts.h"

namespace faultline::report {

/// The shares of the outcomes as one stacked bar (SVG), each with its own colour and pattern, and with its name where
/// there is room. Outcomes that never came up have no segment.
std::string outcome_bar(const campaign::OutcomeCounts& counts);

/// The patterns that tell outcomes apart without colour, as SVG definitions: once a page, before the first chart.
std::string outcome_patterns();

/// The key of an outcome in a table: a small square with its colour and pattern.
std::string outcome_key(campaign::Outcome outcome);

}  // namespace faultline::report
