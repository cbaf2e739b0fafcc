#pragma once

#include <string>

#include "sim/report/site_grid.h"

namespace faultline::report {

/// A map of the array (SVG): one square per processing element (or lane, warp, bank) or block of them, coloured by the
/// share of its runs that `question` holds for, on a scale from 0 to axis_end(the highest share). Squares without a run
/// are hatched, not coloured. Each square says its runs and hits in its <title>; up to 16 squares a side, its
/// percentage too.
std::string heat_map(const SiteGrid& grid, const SiteQuestion& question);

/// The same for a memory, as one row that is as wide as the element it stands in. `scale_end` is shared by strips that
/// stand together.
std::string word_strip(const WordStrip& strip, const SiteQuestion& question, double scale_end);

/// The key to the colours of both, as HTML.
std::string heat_legend(double scale_end);

}  // namespace faultline::report
