#pragma once

#include <vector>

namespace faultline::model {

/// A place on the unit square in which a digit is written: x to the right, y downwards, both nominally in [0, 1].
struct Point {
  double x = 0;
  double y = 0;
};

/// One movement of the pen: a smooth curve through these points; a point given twice is a sharp corner.
using Stroke = std::vector<Point>;

/// One way of writing a digit.
using DigitStyle = std::vector<Stroke>;

/// The ways of writing `digit`, in [0, 9].
const std::vector<DigitStyle>& digit_styles(int digit);

}  // namespace faultline::model
