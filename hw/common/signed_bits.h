#pragma once

#include <cstdint>

namespace faultline::hw {

/// `value` as a register of `bits` bits (1 to 64) holds it: its low bits, sign-extended.
inline int64_t wrap_to(int64_t value, int bits) {
  const int unused = 64 - bits;
  return static_cast<int64_t>(static_cast<uint64_t>(value) << unused) >> unused;
}

/// The low `bits` bits (1 to 64) of `value` as an unsigned pattern.
inline uint64_t low_bits(int64_t value, int bits) {
  return static_cast<uint64_t>(value) << (64 - bits) >> (64 - bits);
}

}  // namespace faultline::hw
