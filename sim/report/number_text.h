#pragma once

#include <cstdint>
#include <string>

#include "sim/campaign/interval.h"

namespace faultline::report {

/// 12345 -> "12 345", with narrow spaces that do not break.
std::string count_text(uint64_t count);
/// A whole number in decimal, however long, likewise.
std::string digits_text(const std::string& digits);

/// A share as a percentage with about three digits that matter: 0.0342 -> "3.42 %".
std::string percent(double share);
/// The bounds of a share: "2.36 to 4.72 %".
std::string bounds(const campaign::Interval& interval);
/// A difference of shares in percentage points, with its sign: "+1.20".
std::string points(double difference);

/// The least of 1, 2, 5 times a power of ten that is at least `value`, and at most `limit`.
double axis_end(double value, double limit);

}  // namespace faultline::report
