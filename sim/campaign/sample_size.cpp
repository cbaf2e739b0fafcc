#include "sim/campaign/sample_size.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"

// g++ 12 sees an uninitialised limb where a number is moved.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <boost/multiprecision/cpp_int.hpp>

namespace faultline::campaign {
namespace {

using Whole = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

constexpr const char* kPlace = "sample size";

/// Confidence and quantile, rounded as the literature has it.
constexpr std::array<std::pair<double, double>, 4> kTabulated = {
    {{0.9, 1.645}, {0.95, 1.96}, {0.99, 2.58}, {0.999, 3.29}}};

void require_open_unit(double value, const char* name) {
  if (!(value > 0 && value < 1)) {
    throw UserError(kPlace, 0, fmt::format("{} {} is not between 0 and 1", name, value),
                    "give a number above 0 and below 1");
  }
}

/// Digits only; leading zeros would mean octal.
Whole whole_number(const std::string& digits) {
  return Whole(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

Whole fault_count(const std::string& text) {
  if (text.find_first_not_of('0') == std::string::npos || text.find_first_not_of("0123456789") != std::string::npos) {
    throw UserError(kPlace, 0, fmt::format("population '{}' is not a number of faults", text),
                    "give a whole number of 1 or more");
  }
  return whole_number(text);
}

/// The shortest decimal that stands for the positive `value`, exactly.
Rational decimal(double value) {
  const std::string text = fmt::format("{}", value);
  const size_t mark = text.find('e');
  int exponent = mark == std::string::npos ? 0 : std::stoi(text.substr(mark + 1));
  std::string digits = text.substr(0, mark);
  const size_t point = digits.find('.');
  if (point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  const Whole power = boost::multiprecision::pow(Whole(10), static_cast<unsigned>(std::abs(exponent)));
  return exponent >= 0 ? Rational(whole_number(digits) * power) : Rational(whole_number(digits), power);
}

/// t^2 p (1 - p)
Rational scaled_variance(const MarginTerms& terms) {
  require_open_unit(terms.proportion, "proportion");
  const Rational quantile = decimal(normal_quantile(terms));
  const Rational proportion = decimal(terms.proportion);
  return quantile * quantile * proportion * (1 - proportion);
}

}  // namespace

double normal_quantile(const MarginTerms& terms) {
  require_open_unit(terms.confidence, "confidence");
  if (terms.exact_quantile) {
    return boost::math::quantile(boost::math::complement(boost::math::normal(), (1 - terms.confidence) / 2));
  }
  const auto* const found = std::find_if(kTabulated.begin(), kTabulated.end(),
                                         [&](const auto& row) { return row.first == terms.confidence; });
  if (found == kTabulated.end()) {
    throw UserError(kPlace, 0, fmt::format("the literature tabulates no quantile for confidence {}", terms.confidence),
                    "use 0.9, 0.95, 0.99 or 0.999, or the exact quantile");
  }
  return found->second;
}

uint64_t sample_size(const std::string& population, double margin, const MarginTerms& terms) {
  require_open_unit(margin, "margin");
  const Whole members = fault_count(population);
  const Rational error = decimal(margin);
  const Rational size = members / (1 + error * error * (members - 1) / scaled_variance(terms));
  const Whole rounded_up = (numerator(size) + denominator(size) - 1) / denominator(size);
  if (rounded_up > std::numeric_limits<uint64_t>::max()) {
    throw UserError(kPlace, 0, fmt::format("margin {} needs {} faults", margin, rounded_up.str()),
                    "give a larger margin");
  }
  return rounded_up.convert_to<uint64_t>();
}

double achieved_margin(const std::string& population, uint64_t sample, const MarginTerms& terms) {
  const Whole members = fault_count(population);
  if (sample < 1 || sample > members) {
    throw UserError(kPlace, 0, fmt::format("a sample of {} from a population of {}", sample, members.str()),
                    "draw at least one fault and at most the whole population");
  }
  const Rational variance = scaled_variance(terms);
  if (sample == members) {
    return 0;
  }
  const Rational square = variance * (members - sample) / (Rational(sample) * (members - 1));
  return std::sqrt(square.convert_to<double>());
}

}  // namespace faultline::campaign
#pragma GCC diagnostic pop
