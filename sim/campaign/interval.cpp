#include "sim/campaign/interval.h"

#include <boost/math/distributions/binomial.hpp>

namespace faultline::campaign {

Interval clopper_pearson(uint64_t hits, uint64_t trials) {
  constexpr double kOneSided = 0.025;
  if (trials == 0) {
    return {};
  }
  using Binomial = boost::math::binomial_distribution<double>;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(hits);
  return {k / n, hits == 0 ? 0.0 : Binomial::find_lower_bound_on_p(n, k, kOneSided),
          hits == trials ? 1.0 : Binomial::find_upper_bound_on_p(n, k, kOneSided)};
}

}  // namespace faultline::campaign
