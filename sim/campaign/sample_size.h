#pragma once

#include <cstdint>
#include <string>

#include "sim/campaign/interval.h"

namespace faultline::campaign {

/// What an error margin is to hold for.
struct MarginTerms {
  double confidence = kDefaultConfidence;
  double proportion = 0.5;      ///< expected, in (0, 1); 0.5 is the worst
  bool exact_quantile = false;  ///< the normal quantile in full instead of the rounded one of the literature
};

/// Two-sided quantile of the normal distribution. The literature on fault injection rounds it: 1.645 for a confidence
/// of 0.9, 1.96 for 0.95, 2.58 for 0.99, 3.29 for 0.999. Throws UserError for any other confidence unless
/// `terms.exact_quantile`, and for one outside (0, 1).
double normal_quantile(const MarginTerms& terms);

/// Faults to draw from `population`, in decimal digits since it may exceed 64 bits, for an error of at most `margin`:
///
///   n = N / (1 + e^2 (N - 1) / (t^2 p (1 - p))), rounded up
///
/// Source: Leveugle, Calvez, Maistri and Vanhauwaert, "Statistical fault injection: quantified error and confidence",
/// DATE 2009. Computed in whole numbers: real arguments mean the shortest decimal that stands for them, so that 0.01 is
/// 1/100. Throws UserError when the population is no number of 1 or more, when the margin or the proportion is outside
/// (0, 1), when the sample would exceed 64 bits, and as normal_quantile() does.
uint64_t sample_size(const std::string& population, double margin, const MarginTerms& terms = {});

/// The inverse: the margin that `sample` faults of `population` reach, t sqrt(p (1 - p) / n (N - n) / (N - 1)).
/// Throws UserError when `sample` is 0 or exceeds the population.
double achieved_margin(const std::string& population, uint64_t sample, const MarginTerms& terms = {});

}  // namespace faultline::campaign
