#include "sim/campaign/sample_size.h"

#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"

// g++ 12 sees an uninitialised limb where a number is moved.
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/multiprecision/cpp_int.hpp>

namespace faultline::campaign {
namespace {

using Whole = boost::multiprecision::cpp_int;

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

/// digits / unit, where unit is a power of ten.
struct Decimal {
  Whole digits;
  Whole unit;
};

/// The shortest decimal that stands for `value`, in (0, 10).
Decimal decimal(double value) {
  const std::string text = fmt::format("{}", value);
  const size_t mark = text.find('e');
  size_t places = mark == std::string::npos ? 0 : static_cast<size_t>(-std::stoi(text.substr(mark + 1)));
  std::string digits = text.substr(0, mark);
  const size_t point = digits.find('.');
  if (point != std::string::npos) {
    places += digits.size() - point - 1;
    digits.erase(point, 1);
  }
  return {whole_number(digits), whole_number("1" + std::string(places, '0'))};
}

}  // namespace

bool has_rounded_quantile(double confidence) {
  return std::any_of(kTabulated.begin(), kTabulated.end(), [&](const auto& row) { return row.first == confidence; });
}

double normal_quantile(const MarginTerms& terms) {
  require_open_unit(terms.confidence, "confidence");
  if (terms.exact_quantile) {
    return boost::math::constants::root_two<double>() * boost::math::erf_inv(terms.confidence);
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
  require_open_unit(terms.proportion, "proportion");
  const Whole members = fault_count(population);
  const Decimal t = decimal(normal_quantile(terms));
  const Decimal p = decimal(terms.proportion);
  const Decimal e = decimal(margin);
  // t^2 p (1 - p) and e^2, both times the square of all units.
  const Whole variance = t.digits * t.digits * p.digits * (p.unit - p.digits) * e.unit * e.unit;
  const Whole square = e.digits * e.digits * t.unit * t.unit * p.unit * p.unit;
  const Whole divisor = variance + square * (members - 1);
  const Whole size = (members * variance + divisor - 1) / divisor;
  if (size > std::numeric_limits<uint64_t>::max()) {
    throw UserError(kPlace, 0, fmt::format("margin {} needs {} faults", margin, size.str()), "give a larger margin");
  }
  return size.convert_to<uint64_t>();
}

double achieved_margin(const std::string& population, uint64_t sample, const MarginTerms& terms) {
  require_open_unit(terms.proportion, "proportion");
  const Whole members = fault_count(population);
  if (sample < 1 || sample > members) {
    throw UserError(kPlace, 0, fmt::format("a sample of {} from a population of {}", sample, members.str()),
                    "draw at least one fault and at most the whole population");
  }
  const double quantile = normal_quantile(terms);
  if (sample == members) {
    return 0;
  }
  // The population may be beyond the range of a double; the share that is left is not.
  constexpr int kBits = 256;
  const Whole scaled = ((members - sample) << kBits) / (members - 1);
  const double left = std::ldexp(scaled.convert_to<double>(), -kBits);
  return quantile * std::sqrt(terms.proportion * (1 - terms.proportion) / static_cast<double>(sample) * left);
}

}  // namespace faultline::campaign
#ifndef __clang__
#pragma GCC diagnostic pop
#endif
