#pragma once

#include <cstdint>

namespace faultline::hw {

/// A unit behind the read ports of the weight buffer that knows which weights the layer has: those from `low` to `high`
/// of its kCompute.
struct WeightCheck {
  enum class Mode {
    kRange,  ///< a weight outside [low, high] counts as 0
    kBits,   ///< `low` is -2^(k-1): bits k-1 and up, all alike in every weight of the layer, become copies of bit k-1
  };
  Mode mode = Mode::kRange;

  /// What the array gets for a weight. All are operands; `low` and `high` may be any, as registers that are struck.
  int16_t passed(int16_t weight, int32_t low, int32_t high) const {
    if (mode == Mode::kRange) {
      return weight < low || weight > high ? int16_t{0} : weight;
    }
    // The sign is where the 1s of `low` begin.
    const auto ones = static_cast<uint32_t>(low);
    const auto bits = static_cast<uint32_t>(weight);
    const bool negative = (bits & ones & ~(ones << 1)) != 0;
    return static_cast<int16_t>(negative ? bits | ones : bits & ~ones);
  }
  bool operator==(const WeightCheck& other) const { return mode == other.mode; }
};

}  // namespace faultline::hw
