#pragma once

#include <cstdint>

namespace faultline::hw {

/// The codes from `low` to `high`, both included; none where `low` is the greater.
struct CodeInterval {
  int8_t low = -128;
  int8_t high = 127;

  bool contains(int8_t code) const { return code >= low && code <= high; }
};

}  // namespace faultline::hw
