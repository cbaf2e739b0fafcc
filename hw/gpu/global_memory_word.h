#pragma once

#include <array>
#include <cstdint>

#include "hw/gpu/signal_value.h"

namespace faultline::hw::gpu {

/// Largest number of bytes of a global transaction.
constexpr int kLargestSegment = 64;

/// One global transaction: an aligned segment is read, or some of its bytes are written.
struct GlobalRequest {
  bool valid = false;
  bool write = false;
  uint32_t address = 0;  ///< of the segment
  uint64_t bytes = 0;    ///< which bytes a write changes: bit i is byte i of the segment
  std::array<uint8_t, kLargestSegment> data = {};

  bool operator==(const GlobalRequest& other) const {
    return valid == other.valid && write == other.write && address == other.address && bytes == other.bytes &&
           data == other.data;
  }
};

/// The answer to a read, in the order of the reads.
struct GlobalResponse {
  bool valid = false;
  bool error = false;  ///< the request of the cycle before lies out of range; it gets no other answer
  std::array<uint8_t, kLargestSegment> data = {};

  bool operator==(const GlobalResponse& other) const {
    return valid == other.valid && error == other.error && data == other.data;
  }
};

}  // namespace faultline::hw::gpu
