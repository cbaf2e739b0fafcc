#include "sim/campaign/survey.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace faultline::campaign {
namespace {

constexpr double kDiffers = -1;

/// How many hit experiments of the sample the weight of an unseen one counts as: found by simulation of clustered,
/// stratified and weighted campaigns (docs/statistics.md).
constexpr double kUnseenCount = 2.5;

/// Experiments' worth of the whole campaign's variance in the variance of each stratum, so that a stratum whose few
/// draws happened to agree does not count as known.
constexpr double kPooledCount = 1;

/// Hits, or misses, of a sample. Sizes of experiments are shares of the estimated total of runs.
struct Side {
  double share = 0;    ///< of all runs: sum over experiments of their sizes on this side
  double squares = 0;  ///< of these sizes
  double whole = 0;    ///< sum of size on this side x size of the whole experiment
  double count = 0;    ///< experiments

  double mean_size() const { return squares / share; }
  double mean_whole() const { return whole / share; }
};

/// What a fault drawn from the population would be.
struct Unseen {
  double whole = 0;  ///< size of its experiment
  double left = 1;   ///< factor on it for the part of the population that was not drawn
};

/// The size of the next experiment on this side: between those seen and the whole of an unseen one. Seen ones count
/// for less where they are light, as when importance sampling found only faults that it looked for.
double next_size(const Side& side, const Unseen& unseen) {
  const double count = side.count * std::min(1.0, side.mean_whole() / unseen.whole);
  return unseen.left * (count * side.mean_size() + kUnseenCount * unseen.whole) / (count + kUnseenCount);
}

/// The upper bound of `side.share`, whose linearised variance is `variance`: the quantile of the beta distribution with
/// the mean and variance that one more experiment on this side would bring.
double upper_bound(const Side& side, double variance, const Unseen& unseen, double tail) {
  if (unseen.left <= 0) {
    return side.share;
  }
  if (side.share <= 0) {
    return clopper_pearson_effective(0, 1 / (unseen.left * unseen.whole), 1 - 2 * tail).high;
  }
  const double size = next_size(side, unseen);
  const double rest = 1 - side.share;
  const double mean = (side.share + size) / (1 + size);
  const double spread = (variance + size * size * rest * rest) / ((1 + size) * (1 + size));
  if (rest <= 0) {
    return 1;
  }
  const double precision = mean * (1 - mean) / spread - 1;
  if (precision <= 0) {
    return 1;
  }
  const boost::math::beta_distribution<double> matched(mean * precision, (1 - mean) * precision);
  return std::max(side.share, boost::math::quantile(boost::math::complement(matched, tail)));
}

/// Squared ratio of Student's to the normal quantile.
double student_inflation(double freedom, double tail) {
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(freedom), tail));
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), tail));
  return t * t / (z * z);
}

double sampled_fraction(const Stratum& stratum) {
  return stratum.population > 0 ? std::min(1.0, static_cast<double>(stratum.drawn) / stratum.population) : 0.0;
}

/// By how much not seeing a hit says more when a fraction f was drawn without replacement: f / -ln(1 - f), since K hits
/// are all missed with probability (1 - f)^K.
double unseen_factor(double fraction) {
  return fraction <= 0 ? 1.0 : fraction >= 1 ? 0.0 : fraction / -std::log1p(-fraction);
}

}  // namespace

/// In shares of the estimated total of runs.
struct SurveyTally::Estimate {
  Side hits;
  Side misses;
  double experiments = 0;  ///< with runs in the group
  double variance = 0;     ///< of hits.share
  Unseen unseen;
};

void SurveyTally::add(size_t stratum, double weight, double trials, double hits, uint64_t times) {
  if (trials <= 0) {
    return;
  }
  const auto n = static_cast<double>(times);
  Sums& sums = sums_of(stratum);
  const double x = weight * trials;
  const double y = weight * hits;
  sums.runs += n;
  sums.hit += hits > 0 ? n : 0;
  sums.missed += hits < trials ? n : 0;
  sums.x += n * x;
  sums.y += n * y;
  sums.xx += n * x * x;
  sums.xy += n * x * y;
  sums.yy += n * y * y;
  common_x_ = common_x_ == 0 || common_x_ == x ? x : kDiffers;
  all_or_none_ = all_or_none_ && (hits <= 0 || hits >= trials);
}

void SurveyTally::merge(const SurveyTally& other) {
  for (size_t i = 0; i < other.sums_.size(); ++i) {
    const Sums& from = other.sums_[i];
    if (from.runs > 0) {
      Sums& to = sums_of(other.first_stratum_ + i);
      to.runs += from.runs;
      to.hit += from.hit;
      to.missed += from.missed;
      to.x += from.x;
      to.y += from.y;
      to.xx += from.xx;
      to.xy += from.xy;
      to.yy += from.yy;
    }
  }
  if (other.common_x_ != 0) {
    common_x_ = common_x_ == 0 || common_x_ == other.common_x_ ? other.common_x_ : kDiffers;
  }
  all_or_none_ = all_or_none_ && other.all_or_none_;
}

/// Most groups lie in few strata: only the range in use is kept.
SurveyTally::Sums& SurveyTally::sums_of(size_t stratum) {
  if (sums_.empty()) {
    first_stratum_ = stratum;
  }
  if (stratum < first_stratum_) {
    sums_.insert(sums_.begin(), first_stratum_ - stratum, Sums());
    first_stratum_ = stratum;
  }
  if (stratum - first_stratum_ >= sums_.size()) {
    sums_.resize(stratum - first_stratum_ + 1);
  }
  return sums_[stratum - first_stratum_];
}

/// Given how many experiments fell into the group, its hits are then binomial (or hypergeometric).
bool SurveyTally::is_simple() const {
  return common_x_ > 0 && all_or_none_ &&
         std::count_if(sums_.begin(), sums_.end(), [](const Sums& sums) { return sums.runs > 0; }) == 1;
}

Interval SurveyTally::simple_interval(const std::vector<Stratum>& strata, double confidence) const {
  const auto found = std::find_if(sums_.begin(), sums_.end(), [](const Sums& sums) { return sums.runs > 0; });
  const Stratum& stratum = strata.at(first_stratum_ + static_cast<size_t>(found - sums_.begin()));
  const auto hits = static_cast<uint64_t>(found->hit);
  const auto draws = static_cast<uint64_t>(found->runs);
  const double members = stratum.population * found->runs / static_cast<double>(stratum.drawn);
  constexpr double kAsGoodAsEndless = 0x1p53;
  if (members <= 0 || members > kAsGoodAsEndless) {
    return clopper_pearson(hits, draws, confidence);
  }
  return hypergeometric(hits, draws, std::max(draws, static_cast<uint64_t>(std::llround(members))), confidence);
}

SurveyTally::Estimate SurveyTally::estimate(const std::vector<Stratum>& strata) const {
  // The weight of a unit of x, from the population to the sample.
  const auto scale = [&](size_t i) {
    const Stratum& stratum = strata.at(first_stratum_ + i);
    return sums_[i].runs > 0 ? stratum.share / static_cast<double>(stratum.drawn) : 0.0;
  };
  double total = 0;
  double hits = 0;
  for (size_t i = 0; i < sums_.size(); ++i) {
    total += scale(i) * sums_[i].x;
    hits += scale(i) * sums_[i].y;
  }
  Estimate all;
  const double ratio = hits / total;
  // Linearised: z = y - ratio x, of mean 0.
  const auto squares = [ratio](const Sums& sums) {
    return std::max(0.0, sums.yy - 2 * ratio * sums.xy + ratio * ratio * sums.xx);
  };
  double pooled = 0;
  double drawn_share = 0;
  for (size_t i = 0; i < sums_.size(); ++i) {
    pooled += scale(i) * squares(sums_[i]);
    drawn_share += sums_[i].runs > 0 ? strata[first_stratum_ + i].share : 0.0;
  }
  pooled /= drawn_share;
  double left = 0;
  for (size_t i = 0; i < sums_.size(); ++i) {
    const Sums& sums = sums_[i];
    if (sums.runs <= 0) {
      continue;
    }
    const Stratum& stratum = strata[first_stratum_ + i];
    const auto drawn = static_cast<double>(stratum.drawn);
    const double unit = scale(i) / total;
    const double mean = (sums.y - ratio * sums.x) / drawn;
    const double deviations = std::max(0.0, squares(sums) - drawn * mean * mean);
    const double within = (deviations + kPooledCount * pooled) / (drawn - 1 + kPooledCount);
    const double fraction = sampled_fraction(stratum);
    all.variance += unit * unit * drawn * (1 - fraction) * within;
    all.unseen.whole += unit * unit * sums.xx;
    left += unit * unit * sums.xx * unseen_factor(fraction);
    all.experiments += sums.runs;
    all.hits.squares += unit * unit * sums.yy;
    all.hits.whole += unit * unit * sums.xy;
    all.hits.count += sums.hit;
    all.misses.squares += unit * unit * std::max(0.0, sums.xx - 2 * sums.xy + sums.yy);
    all.misses.whole += unit * unit * std::max(0.0, sums.xx - sums.xy);
    all.misses.count += sums.missed;
  }
  all.unseen.left = left / all.unseen.whole;
  all.hits.share = all.misses.count > 0 ? ratio : 1.0;
  all.misses.share = all.hits.count > 0 ? 1 - all.hits.share : 1.0;
  return all;
}

Interval SurveyTally::interval(const std::vector<Stratum>& strata, double confidence) const {
  if (sums_.empty()) {
    return {};
  }
  if (is_simple()) {
    return simple_interval(strata, confidence);
  }
  const Estimate all = estimate(strata);
  const double tail = (1 - confidence) / 2;
  const double variance = all.variance * student_inflation(std::max(1.0, all.experiments - 1), tail);
  return {all.hits.share, 1 - upper_bound(all.misses, variance, all.unseen, tail),
          upper_bound(all.hits, variance, all.unseen, tail)};
}

std::vector<Stratum> with_pilot(const std::vector<Stratum>& pilot, const std::vector<Stratum>& main) {
  const auto drawn = [](const std::vector<Stratum>& strata) {
    return std::accumulate(strata.begin(), strata.end(), 0.0,
                           [](double sum, const Stratum& stratum) { return sum + static_cast<double>(stratum.drawn); });
  };
  const double all = drawn(pilot) + drawn(main);
  std::vector<Stratum> phases;
  for (const std::vector<Stratum>* phase : {&pilot, &main}) {
    const double share = drawn(*phase) / all;
    for (const Stratum& stratum : *phase) {
      phases.push_back({stratum.share * share, stratum.drawn, stratum.population});
    }
  }
  return phases;
}

}  // namespace faultline::campaign
