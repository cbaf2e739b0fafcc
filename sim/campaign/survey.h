#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/campaign/interval.h"

namespace faultline::campaign {

/// One stratum of a campaign's population and what was drawn from it. A campaign without strata has one.
struct Stratum {
  double share = 1;       ///< of the population, in any unit: only ratios matter
  uint64_t drawn = 0;     ///< experiments, those outside a tally's group included
  double population = 0;  ///< its faults, when they were drawn without replacement; 0: with replacement
};

/// The strata of a campaign whose allocation followed from a pilot: first the pilot's, then those of what was drawn
/// after it. A stratum that saw few hits in the pilot gets few draws more; pooled, its bad luck would never be made
/// good. Kept apart, each phase by itself is unbiased; they count by their numbers of draws. Shares, and their order,
/// are the same in both.
std::vector<Stratum> with_pilot(const std::vector<Stratum>& pilot, const std::vector<Stratum>& main);

/// One yes-no question ("critical?") asked of one group of runs: the whole campaign, a structure, a layer. It estimates
/// the share of hits among the group's runs in the population, and an interval that is honest about how experiments
/// were drawn:
///
/// - an experiment on several images is one cluster, never as many independent trials;
/// - strata count by their shares, experiments by their weights (population over sampling probability, any unit);
/// - the group may be a domain: what lies outside it still counts as drawn.
///
/// Sums of a few numbers per stratum: tallies of parts of a campaign merge to that of the whole.
class SurveyTally {
 public:
  /// One experiment: its runs in the group and the hits among them, 0 <= hits <= trials. Experiments without runs in
  /// the group may be left out. `weight` > 0; 1 where all faults of the stratum were equally likely. `times`: so many
  /// experiments that are alike.
  void add(size_t stratum, double weight, double trials, double hits, uint64_t times = 1);
  void merge(const SurveyTally& other);

  /// The ratio estimate and its two-sided interval, in [0, 1]; [0, 1] itself where the group has no runs. `strata` are
  /// those of the campaign, with at least one experiment drawn wherever one was added. A stratum from which nothing
  /// was drawn is left out of what is estimated.
  ///
  /// Equally likely faults of one stratum with one run each: Clopper and Pearson, or hypergeometric() when they were
  /// drawn without replacement. All else: beta quantiles matched to the linearised variance with one more,
  /// unseen, experiment on the side of the bound (docs/statistics.md).
  Interval interval(const std::vector<Stratum>& strata, double confidence = kDefaultConfidence) const;

 private:
  /// Over the experiments of one stratum; x is weight x trials, y is weight x hits.
  struct Sums {
    double runs = 0;    ///< experiments with x > 0
    double hit = 0;     ///< experiments with y > 0
    double missed = 0;  ///< experiments with y < x
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  };
  struct Estimate;

  Sums& sums_of(size_t stratum);
  bool is_simple() const;
  Interval simple_interval(const std::vector<Stratum>& strata, double confidence) const;
  Estimate estimate(const std::vector<Stratum>& strata) const;

  size_t first_stratum_ = 0;
  std::vector<Sums> sums_;   ///< of the strata from first_stratum_ on
  double common_x_ = 0;      ///< of every experiment; 0: none yet, negative: they differ
  bool all_or_none_ = true;  ///< every experiment's runs hit together
};

}  // namespace faultline::campaign
