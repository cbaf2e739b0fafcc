#include "sim/campaign/interval.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace faultline::campaign {
namespace {

using Beta = boost::math::beta_distribution<double>;
using Binomial = boost::math::binomial_distribution<double>;

/// Probabilities of the number of hits among `draws` members drawn without replacement from `population` members, of
/// which `total` are hits.
class HypergeometricTails {
 public:
  HypergeometricTails(uint64_t draws, uint64_t population, uint64_t total)
      : draws_(static_cast<double>(draws)),
        population_(static_cast<double>(population)),
        total_(static_cast<double>(total)) {}

  double at_least(uint64_t hits) const {
    const auto k = static_cast<double>(hits);
    double term = probability(k);
    double sum = term;
    for (double i = k; term > sum * kNegligible; ++i) {
      term *= (total_ - i) / (i + 1) * (draws_ - i) / (population_ - total_ - draws_ + i + 1);
      sum += term;
    }
    return sum;
  }

  double at_most(uint64_t hits) const {
    const auto k = static_cast<double>(hits);
    double term = probability(k);
    double sum = term;
    for (double i = k; term > sum * kNegligible; --i) {
      term *= i / (total_ - i + 1) * (population_ - total_ - draws_ + i) / (draws_ - i + 1);
      sum += term;
    }
    return sum;
  }

 private:
  static constexpr double kNegligible = 1e-17;

  /// C(total, k) C(population - total, draws - k) / C(population, draws), as binomial probabilities: factorials of
  /// large populations would lose all digits.
  double probability(double k) const {
    const double fraction = draws_ / population_;
    const auto binomial = [fraction](double trials, double hits) {
      return trials > 0 ? boost::math::pdf(Binomial(trials, fraction), hits) : 1.0;
    };
    return binomial(total_, k) * binomial(population_ - total_, draws_ - k) / binomial(population_, draws_);
  }

  double draws_;
  double population_;
  double total_;
};

/// The smallest value in (rejected, accepted] that `accepts`, which is monotonic; `accepted` is known to be accepted.
/// With rejected > accepted: the largest one in [accepted, rejected).
template <typename Predicate>
uint64_t boundary(uint64_t rejected, uint64_t accepted, const Predicate& accepts) {
  while (std::max(rejected, accepted) - std::min(rejected, accepted) > 1) {
    const uint64_t middle =
        std::min(rejected, accepted) + (std::max(rejected, accepted) - std::min(rejected, accepted)) / 2;
    (accepts(middle) ? accepted : rejected) = middle;
  }
  return accepted;
}

}  // namespace

Interval clopper_pearson(uint64_t hits, uint64_t trials, double confidence) {
  return clopper_pearson_effective(static_cast<double>(hits), static_cast<double>(trials), confidence);
}

Interval clopper_pearson_effective(double hits, double trials, double confidence) {
  if (trials <= 0) {
    return {};
  }
  const double tail = (1 - confidence) / 2;
  return {hits / trials, hits <= 0 ? 0.0 : boost::math::quantile(Beta(hits, trials - hits + 1), tail),
          hits >= trials ? 1.0 : boost::math::quantile(boost::math::complement(Beta(hits + 1, trials - hits), tail))};
}

Interval wilson(double hits, double trials, double confidence) {
  if (trials <= 0) {
    return {};
  }
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), (1 - confidence) / 2));
  const double p = hits / trials;
  const double centre = (hits + z * z / 2) / (trials + z * z);
  const double half = z / (trials + z * z) * std::sqrt(trials * p * (1 - p) + z * z / 4);
  return {p, hits <= 0 ? 0.0 : std::max(0.0, centre - half), hits >= trials ? 1.0 : std::min(1.0, centre + half)};
}

Interval hypergeometric(uint64_t hits, uint64_t draws, uint64_t population, double confidence) {
  constexpr uint64_t kExactInDouble = uint64_t{1} << 53;
  const Interval binomial = clopper_pearson(hits, draws, confidence);
  if (draws == 0 || population > kExactInDouble) {
    return binomial;
  }
  const double tail = (1 - confidence) / 2;
  const auto members = static_cast<double>(population);
  const uint64_t least = hits;
  const uint64_t most = population - (draws - hits);
  // The binomial test rejects fewer totals: the bounds lie between its bounds.
  const auto inner = static_cast<uint64_t>(std::ceil(members * binomial.low));
  const auto outer = static_cast<uint64_t>(std::floor(members * binomial.high));
  const auto reaches = [&](uint64_t total) {
    return HypergeometricTails(draws, population, total).at_least(hits) > tail;
  };
  const auto stays = [&](uint64_t total) { return HypergeometricTails(draws, population, total).at_most(hits) > tail; };
  uint64_t low = std::clamp(inner, least, most);
  uint64_t high = std::clamp(outer, least, most);
  const uint64_t first = low;
  if (!reaches(first)) {
    low = boundary(first, high, reaches);
  }
  if (!stays(high)) {
    high = boundary(high, first, stays);
  }
  return {binomial.estimate, static_cast<double>(low) / members, static_cast<double>(high) / members};
}

double upper_bound_of_none(double trials, double confidence) {
  return trials > 0 ? -std::expm1(std::log1p(-confidence) / trials) : 1.0;
}

Interval difference(const Interval& first, const Interval& second) {
  const double estimate = first.estimate - second.estimate;
  const double below = std::hypot(first.estimate - first.low, second.high - second.estimate);
  const double above = std::hypot(first.high - first.estimate, second.estimate - second.low);
  return {estimate, std::max(-1.0, estimate - below), std::min(1.0, estimate + above)};
}

}  // namespace faultline::campaign
