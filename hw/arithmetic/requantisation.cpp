#include "hw/arithmetic/requantisation.h"

#include <cmath>
#include <limits>
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

int64_t round_shift_wide(WideProduct product, int shift) {
  const WideProduct one = WideProduct{1} << shift;
  const WideProduct floor = product >> shift;
  const WideProduct twice_rest = (product - floor * one) * 2;
  const bool round_up = twice_rest > one || (twice_rest == one && (floor & 1) != 0);
  const WideProduct rounded = floor + (round_up ? 1 : 0);
  constexpr WideProduct kLow = std::numeric_limits<int64_t>::min();
  constexpr WideProduct kHigh = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(rounded < kLow ? kLow : rounded > kHigh ? kHigh : rounded);
}

}  // namespace faultline::hw
