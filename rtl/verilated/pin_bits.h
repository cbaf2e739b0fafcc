#pragma once

#include <cstddef>
#include <cstdint>

namespace faultline::rtl {

/// Puts the low `bits` of `value` into a port from bit `first` on. `pin` comes from VerilatedModel::pin().
inline void put_bits(void* pin, size_t first, int bits, uint64_t value) {
  auto* const bytes = static_cast<uint8_t*>(pin);
  for (int i = 0; i < bits; ++i) {
    const size_t place = first + static_cast<size_t>(i);
    const auto bit = static_cast<uint8_t>(1U << (place % 8));
    const bool set = ((value >> i) & 1) != 0;
    bytes[place / 8] = static_cast<uint8_t>(set ? bytes[place / 8] | bit : bytes[place / 8] & ~bit);
  }
}

/// The `bits` of a port from bit `first` on.
inline uint64_t get_bits(const void* pin, size_t first, int bits) {
  const auto* const bytes = static_cast<const uint8_t*>(pin);
  uint64_t value = 0;
  for (int i = 0; i < bits; ++i) {
    const size_t place = first + static_cast<size_t>(i);
    value |= static_cast<uint64_t>(bytes[place / 8] >> (place % 8) & 1) << i;
  }
  return value;
}

/// Puts one bit for each lane into a port, lane 0 in the lowest.
inline void put_lane_bits(void* pin, const uint8_t* lanes, int count) {
  for (int lane = 0; lane < count; ++lane) {
    put_bits(pin, static_cast<size_t>(lane), 1, lanes[lane]);
  }
}

}  // namespace faultline::rtl
