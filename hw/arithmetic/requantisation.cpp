#include "hw/arithmetic/requantisation.h"

#include <cmath>
#include <string>

#include "hw/common/invalid_configuration.h"

namespace faultline::hw {

FixedPointFactor to_fixed_point(double factor) {
  if (!(factor >= 0.0) || factor >= 2147483648.0) {
    throw InvalidConfiguration("requantisation factor " + std::to_string(factor) + " is not in [0, 2^31)");
  }
  if (factor == 0.0) {
    return {0, 0};
  }
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);  // factor = fraction * 2^exponent, fraction in [0.5, 1)
  int64_t multiplier = std::llround(std::ldexp(fraction, 31));
  int shift = 31 - exponent;
  if (multiplier == (int64_t{1} << 31)) {
    multiplier >>= 1;
    --shift;
  }
  while (shift > 63 && multiplier > 0) {
    multiplier = (multiplier + 1) >> 1;
    --shift;
  }
  if (shift > 63) {
    return {0, 0};
  }
  return {static_cast<int32_t>(multiplier), static_cast<int32_t>(shift)};
}

}  // namespace faultline::hw
