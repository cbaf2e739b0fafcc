#include "sim/report/number_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace faultline::report {
namespace {

constexpr const char* kNarrowSpace = "\u202F";
constexpr const char* kNoBreakSpace = "\u00A0";

/// Three digits that matter, and no more than six decimals.
std::string three_digits(double value) {
  const double size = std::abs(value);
  if (size < 5e-7) {
    return "0";
  }
  const int whole_digits = static_cast<int>(std::floor(std::log10(size))) + 1;
  const int decimals = size >= 0.1 ? std::clamp(3 - std::max(whole_digits, 1), 0, 2) : 2 - whole_digits;
  return fmt::format("{}{:.{}f}", value < 0 ? "\u2212" : "", size, std::min(decimals, 6));
}

}  // namespace

std::string digits_text(const std::string& digits) {
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) {
      text += kNarrowSpace;
    }
    text += digits[i];
  }
  return text;
}

std::string count_text(uint64_t count) {
  return digits_text(std::to_string(count));
}

std::string percent(double share) {
  return three_digits(100 * share) + kNoBreakSpace + "%";
}

std::string round_percent(double share) {
  return fmt::format("{:.6g}", 100 * share) + kNoBreakSpace + "%";
}

std::string estimate_text(const campaign::Interval& interval) {
  // Any run at all would have narrowed one of the bounds.
  return interval.low <= 0 && interval.high >= 1 ? "no runs" : percent(interval.estimate);
}

std::string bounds(const campaign::Interval& interval) {
  return three_digits(100 * interval.low) + " to " + percent(interval.high);
}

std::string points(double difference, bool always_signed) {
  std::string text = three_digits(100 * std::abs(difference));
  if (text == "0") {
    return text;
  }
  return (difference < 0 ? "\u2212" : always_signed ? "+" : "") + text;
}

double axis_end(double value, double limit) {
  if (value <= 0) {
    return limit;
  }
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (factor * power >= value * (1 - 1e-9)) {
      return std::min(factor * power, limit);
    }
  }
  return limit;
}

}  // namespace faultline::report
