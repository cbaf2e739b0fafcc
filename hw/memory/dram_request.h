#pragma once

#include <cstdint>
#include <cstring>

#include "hw/common/signal_value.h"

namespace faultline::hw {

/// Largest number of bytes that DRAM moves in one cycle.
constexpr int kMaximumBeatBytes = 64;

/// The bytes of one beat.
struct BeatData {
  uint8_t bytes[kMaximumBeatBytes] = {};
  bool operator==(const BeatData& other) const { return std::memcmp(bytes, other.bytes, sizeof bytes) == 0; }
};

/// One beat asked of DRAM.
struct DramRequest {
  bool valid = false;
  bool write = false;
  uint8_t count = 0;
  uint32_t address = 0;
  BeatData data;  ///< of a write

  bool operator==(const DramRequest& other) const {
    return valid == other.valid && write == other.write && count == other.count && address == other.address &&
           data == other.data;
  }
};

/// DRAM's answers, one per request, in the order of the requests.
struct DramResponse {
  bool valid = false;
  bool error = false;  ///< the address was out of range
  BeatData data;       ///< of a read

  bool operator==(const DramResponse& other) const {
    return valid == other.valid && error == other.error && data == other.data;
  }
};

inline std::ostream& operator<<(std::ostream& out, const BeatData& data) {
  return out << int{data.bytes[0]};
}

}  // namespace faultline::hw
