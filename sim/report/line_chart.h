#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/report/markup.h"

namespace faultline::report {

/// A line of a chart: shares against shares.
struct ChartLine {
  std::string name;
  std::vector<std::pair<double, double>> points;  ///< x and y in [0, 1], x ascending
};

/// Lines over shares (SVG): y from 0 to 100 %, x from 0 to axis_end(the largest x). Each line has a mark of its own
/// shape at every point, which says its values in a <title>, and its name beside its end.
std::string line_chart(const ChartText& text, const std::string& x_name, const std::string& y_name,
                       const std::vector<ChartLine>& lines);

}  // namespace faultline::report
