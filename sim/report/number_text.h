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
/// A share that is round, such as the end of an axis: 0.5 -> "50 %".
std::string round_percent(double share);
/// The bounds of a share: "2.36 to 4.72 %".
std::string bounds(const campaign::Interval& interval);
/// The estimate, or "no runs" for the interval of a question that was asked of none.
std::string estimate_text(const campaign::Interval& interval);
/// A difference of shares in percentage points: "1.20"; with a sign where it is below 0 or `always_signed`.
std::string points(double difference, bool always_signed = false);

/// The least of 1, 2, 5 times a power of ten that is at least `value`, and at most `limit`.
double axis_end(double value, double limit);

}  // namespace faultline::report
