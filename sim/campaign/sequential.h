#pragma once

#include <cstdint>
#include <vector>

#include "sim/campaign/interval.h"

namespace faultline::campaign {

/// Stops a campaign as soon as its rate is known well enough: after every `batch` experiments the interval is looked
/// at, and the campaign ends when no bound is further than the margin from the estimate, or at `max_samples`.
///
/// Whoever looks often stops at a lucky moment: the interval at the stop covers the truth less often than an interval
/// of a fixed sample. The rule therefore uses Clopper and Pearson's at a higher confidence, the lowest at which the
/// interval at the stop covers the true rate with probability `confidence`, whatever that rate is. Coverage is
/// computed, not simulated: by dynamic programming over the looks, at the rates just outside the intervals, where it is
/// least. Of many such rates one in each 1 % is taken: between them it may be less by up to about 0.2 points.
class SequentialRule {
 public:
  /// `margin` in [0.005, 0.5), `confidence` in (0, 1), `batch` and `max_samples` at least 1; else UserError. Takes up
  /// to about a second for a margin of 0.01 and batches of 100.
  SequentialRule(double margin, double confidence, uint64_t batch, uint64_t max_samples);

  /// Whether to stop at `hits` in `samples`; never between looks.
  bool stop(uint64_t hits, uint64_t samples) const;
  /// To report at the stop.
  Interval interval(uint64_t hits, uint64_t samples) const;

  /// Clustered or weighted campaigns: whether to stop at an interval that SurveyTally computed at look_confidence().
  bool stop(const Interval& interval, uint64_t samples) const;
  /// Of every interval that is looked at or reported.
  double look_confidence() const { return plan_.look_confidence; }

  /// Probability that the interval at the stop holds the true rate, for independent experiments.
  double coverage(double rate) const;

 private:
  /// What is looked at after `samples` experiments.
  struct Look {
    uint64_t samples = 0;
    int64_t few = -1;  ///< stop at so many hits or fewer, or so many misses or fewer; -1: never
    bool last = false;
  };
  /// Where the rule can stop, with the interval there.
  struct Plan {
    double look_confidence = 0;
    std::vector<Look> looks;                     ///< those at which a stop is possible
    std::vector<std::vector<Interval>> at_stop;  ///< of each look, by hits from the previous look's `few` + 1 on
  };

  bool is_look(uint64_t samples) const;
  Plan plan_at(double look_confidence) const;
  double coverage(const Plan& plan, double rate) const;
  double least_coverage(const Plan& plan) const;

  double margin_;
  uint64_t batch_;
  uint64_t max_samples_;
  Plan plan_;
};

}  // namespace faultline::campaign
