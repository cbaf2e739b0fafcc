#pragma once

#include <cstdint>

namespace faultline::campaign {

constexpr double kDefaultConfidence = 0.95;

/// An estimate with its bounds.
struct Interval {
  double estimate = 0;  ///< 0 where nothing was tried
  double low = 0;
  double high = 1;

  double width() const { return high - low; }
  bool contains(double value) const { return low <= value && value <= high; }
};

/// The exact two-sided interval of a binomial proportion (Clopper and Pearson, "The use of confidence or fiducial
/// limits", Biometrika 26, 1934): its coverage is never below `confidence`. Without trials it is [0, 1].
///
/// `confidence` lies in (0, 1) here and below.
Interval clopper_pearson(uint64_t hits, uint64_t trials, double confidence = kDefaultConfidence);

/// The same for an effective number of trials, which need not be whole: quantiles of Beta(hits, trials - hits + 1) and
/// Beta(hits + 1, trials - hits). `hits` lies in [0, trials].
Interval clopper_pearson_effective(double hits, double trials, double confidence = kDefaultConfidence);

/// The score interval (Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927):
/// nominal coverage on average over p, less at some p. `trials` may be an effective number.
Interval wilson(double hits, double trials, double confidence = kDefaultConfidence);

/// The exact two-sided interval of the share of hits in a finite population of which `draws` members were drawn
/// without replacement: all totals of the population that a one-sided hypergeometric test at (1 - confidence) / 2 does
/// not reject. A point when the whole population was drawn. `draws` is at most `population`; beyond 2^53 members it is
/// Clopper and Pearson's, from which it then cannot be told.
Interval hypergeometric(uint64_t hits, uint64_t draws, uint64_t population, double confidence = kDefaultConfidence);

/// The largest proportion, at one-sided `confidence`, where `trials` trials had no hit: 1 - (1 -
/// confidence)^(1/trials), about 3 / trials at 0.95 ("rule of three"). 1 without trials.
double upper_bound_of_none(double trials, double confidence = kDefaultConfidence);

/// Interval of first - second from independent samples, in [-1, 1]: the square-and-add rule on the bounds of both
/// (Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17,
/// 1998, method 10; Zou and Donner's MOVER, 2008). Its confidence is that of the two intervals.
Interval difference(const Interval& first, const Interval& second);

}  // namespace faultline::campaign
