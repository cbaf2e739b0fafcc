#pragma once

#include <cstdint>

namespace faultline::campaign {

/// A share with its bounds.
struct Interval {
  double estimate = 0;  ///< hits / trials; 0 without trials
  double low = 0;
  double high = 1;
};

/// The exact two-sided 95 % interval of a binomial proportion (Clopper and Pearson, "The use of confidence or fiducial
/// limits", Biometrika 26, 1934): never narrower than it should be. Without trials it is [0, 1].
Interval clopper_pearson(uint64_t hits, uint64_t trials);

}  // namespace faultline::campaign
