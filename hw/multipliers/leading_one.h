#pragma once

#include <cstdint>

namespace faultline::hw {

/// Position of the most significant 1 of a value that is not 0.
inline int leading_one(uint64_t value) {
  int position = 0;
  while ((value >> position) > 1) {
    ++position;
  }
  return position;
}

}  // namespace faultline::hw
