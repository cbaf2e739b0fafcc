#pragma once

#include <cstdint>

namespace faultline::hw {

/// Fixed-point form of a positive real factor: factor = multiplier * 2^-shift.
///
/// `multiplier` is in [0, 2^31 - 1] and normally in [2^30, 2^31 - 1]; `shift` is in [0, 63].
struct FixedPointFactor {
  int32_t multiplier = 0;
  int32_t shift = 0;

  bool operator==(const FixedPointFactor& other) const {
    return multiplier == other.multiplier && shift == other.shift;
  }
};

/// The nearest fixed-point form of `factor`, which must be finite and in [0, 2^31). Factors below 2^-33 become 0 bit by
/// bit as the shift saturates at 63. Throws InvalidConfiguration otherwise.
FixedPointFactor to_fixed_point(double factor);

/// `product / 2^shift`, rounded to nearest, ties to even; shift in [0, 63].
inline int64_t round_shift(int64_t product, int shift) {
  if (shift == 0) {
    return product;
  }
  const int64_t floor = product >> shift;
  const uint64_t remainder = static_cast<uint64_t>(product) & ((uint64_t{1} << shift) - 1);
  const uint64_t half = uint64_t{1} << (shift - 1);
  const bool round_up = remainder > half || (remainder == half && (floor & 1) != 0);
  return floor + (round_up ? 1 : 0);
}

/// `(value * factor.multiplier + residue) / 2^factor.shift`, rounded to nearest, ties to even. Exact for every int32
/// value: the product needs at most 63 bits.
inline int64_t scale(int32_t value, FixedPointFactor factor, int32_t residue = 0) {
  return round_shift(static_cast<int64_t>(value) * factor.multiplier + residue, factor.shift);
}

/// Wide enough for the product of a 48-bit sum and a multiplier.
__extension__ using WideProduct = __int128;

/// `product / 2^shift`, rounded to nearest, ties to even, and limited to 64 bits; shift in [0, 63].
int64_t round_shift_wide(WideProduct product, int shift);

/// scale() of a 48-bit value, limited to 64 bits. Exact: the product needs at most 79 bits.
inline int64_t scale_wide(int64_t value, FixedPointFactor factor, int32_t residue = 0) {
  return round_shift_wide(WideProduct{value} * factor.multiplier + residue, factor.shift);
}

/// `value` limited to [low, high].
inline int32_t clamp(int64_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : static_cast<int32_t>(value);
}

/// Two's complement addition that wraps at 32 bits, as an adder without overflow detection does.
inline int32_t wrapping_add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

}  // namespace faultline::hw
