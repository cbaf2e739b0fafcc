#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace faultline::campaign {

/// A stratum that draws are allocated to.
struct AllocationStratum {
  double share = 0;                                      ///< of the population, in any unit: only ratios matter
  uint64_t least = 1;                                    ///< draws it gets at least; strata without a share get none
  uint64_t most = std::numeric_limits<uint64_t>::max();  ///< its population, when drawn without replacement
};

/// What a pilot saw in one stratum; an experiment's outcome is the share of its runs that were hits, in [0, 1].
class PilotStratum {
 public:
  void add(double outcome) {
    ++experiments_;
    sum_ += outcome;
    squares_ += outcome * outcome;
  }
  /// Standard deviation of an outcome, with half an experiment of each extreme added (Jeffreys' prior): above 0 even
  /// where no hit was seen, the less so the more was drawn.
  double smoothed_deviation() const;

 private:
  double experiments_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

/// Draws of each stratum, in proportion to the shares, `total` in all (largest remainder, ties to the first). Throws
/// UserError when `total` is below the sum of all `least` or above that of all `most`.
std::vector<uint64_t> proportional_allocation(uint64_t total, const std::vector<AllocationStratum>& strata);

/// The same in proportion to share x standard deviation, which makes the variance of the estimate least (Neyman, "On
/// the two different aspects of the representative method", 1934). One pilot for each stratum; the draws come on top of
/// the pilot's, which with_pilot() (survey.h) adds to the estimate.
std::vector<uint64_t> neyman_allocation(uint64_t total, const std::vector<AllocationStratum>& strata,
                                        const std::vector<PilotStratum>& pilot);

}  // namespace faultline::campaign
