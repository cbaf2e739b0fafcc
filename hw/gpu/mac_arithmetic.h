#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/arithmetic/multiplier.h"
#include "hw/arithmetic/requantisation.h"
#include "hw/gpu/instruction.h"

namespace faultline::hw::gpu {

/// What a lane of the multiply-add pipeline holds between its products and their sum.
struct MacTerms {
  static constexpr size_t kProducts = 4;

  std::array<int16_t, kProducts> partial = {};  ///< of the 8-bit multipliers
  int64_t wide = 0;                             ///< of the exact one
  uint32_t addend = 0;
  uint8_t shift = 0;
};

/// True for operations on the four 8-bit multipliers; the others use the exact one.
inline bool is_byte_product(Opcode opcode) {
  return opcode == Opcode::kDp4a || opcode == Opcode::kImad8;
}

/// M(byte k of a, byte k of b).
inline int16_t byte_product(const Multiplier& multiplier, uint32_t a, uint32_t b, size_t k) {
  return multiplier.product(static_cast<int8_t>(a >> (8 * k)), static_cast<int8_t>(b >> (8 * k)));
}

inline int64_t wide_product(uint32_t a, uint32_t b) {
  return int64_t{static_cast<int32_t>(a)} * static_cast<int32_t>(b);
}

/// The result of an operation of the unit; what is none is computed as IMAD.
inline uint32_t mac_sum(Opcode opcode, const MacTerms& terms) {
  constexpr int32_t kCodeLimit = 1 << 20;  // what can be added to a zero point without wrapping
  constexpr uint8_t kLargestShift = 63;
  const auto bits = [](int16_t value) { return static_cast<uint32_t>(int32_t{value}); };
  if (opcode == Opcode::kDp4a) {
    return terms.addend + bits(terms.partial[0]) + bits(terms.partial[1]) + bits(terms.partial[2]) +
           bits(terms.partial[3]);
  }
  if (opcode == Opcode::kImad8) {
    return terms.addend + bits(terms.partial[0]);
  }
  const auto wide = static_cast<uint64_t>(terms.wide);
  if (opcode == Opcode::kReq) {
    const auto sum = static_cast<int64_t>(wide + static_cast<uint64_t>(int64_t{static_cast<int32_t>(terms.addend)}));
    const int64_t rounded = round_shift(sum, terms.shift & kLargestShift);
    return static_cast<uint32_t>(clamp(rounded, -kCodeLimit, kCodeLimit));
  }
  return terms.addend + static_cast<uint32_t>(wide);
}

}  // namespace faultline::hw::gpu
