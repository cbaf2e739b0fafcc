#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "hw/common/signal_value.h"

namespace faultline::hw {

/// Largest number of rows or columns of the array.
constexpr int kMaximumLanes = 256;

/// One operand for each lane of an edge of the grid, as the edge's registers hold it: the value of a vector signal.
///
/// A machine with 8-bit operands uses `value`, one with wider operands (OperandFormat::wide) `wide`.
/// `control` is the load bit of the west edge (weight- and input-stationary) and the shift bit of the north edge.
/// Comparison and copying touch `lanes` elements only, because a signal does both every cycle.
struct OperandEdge {
  int lanes = 0;
  int value_bytes = 1;  ///< of one operand: 1 or 2
  union {
    int8_t value[kMaximumLanes] = {};
    int16_t wide[kMaximumLanes];
  };
  uint8_t valid[kMaximumLanes] = {};    ///< 0 or 1
  uint8_t control[kMaximumLanes] = {};  ///< 0 or 1

  OperandEdge() = default;
  explicit OperandEdge(int lane_count, bool is_wide = false) : lanes(lane_count), value_bytes(is_wide ? 2 : 1) {
    if (is_wide) {
      std::memset(wide, 0, sizeof wide);
    }
  }
  OperandEdge(const OperandEdge& other) { *this = other; }
  int16_t operand(int lane) const { return value_bytes == 1 ? int16_t{value[lane]} : wide[lane]; }
  void set_operand(int lane, int operand) {
    value_bytes == 1 ? void(value[lane] = static_cast<int8_t>(operand))
                     : void(wide[lane] = static_cast<int16_t>(operand));
  }
  size_t operands_bytes() const { return static_cast<size_t>(lanes) * static_cast<size_t>(value_bytes); }
  OperandEdge& operator=(const OperandEdge& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    value_bytes = other.value_bytes;
    const auto bytes = static_cast<size_t>(lanes);
    std::memcpy(value, other.value, operands_bytes());
    std::memcpy(valid, other.valid, bytes);
    std::memcpy(control, other.control, bytes);
    return *this;
  }
  bool operator==(const OperandEdge& other) const {
    const auto bytes = static_cast<size_t>(lanes);
    return lanes == other.lanes && value_bytes == other.value_bytes &&
           std::memcmp(value, other.value, operands_bytes()) == 0 && std::memcmp(valid, other.valid, bytes) == 0 &&
           std::memcmp(control, other.control, bytes) == 0;
  }
};

/// One bit for each column: which columns drain their accumulators in this cycle (output-stationary).
struct DrainEdge {
  int lanes = 0;
  uint8_t drain[kMaximumLanes] = {};  ///< 0 or 1

  DrainEdge() = default;
  explicit DrainEdge(int lane_count) : lanes(lane_count) {}
  DrainEdge(const DrainEdge& other) { *this = other; }
  DrainEdge& operator=(const DrainEdge& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    std::memcpy(drain, other.drain, static_cast<size_t>(lanes));
    return *this;
  }
  bool operator==(const DrainEdge& other) const {
    return lanes == other.lanes && std::memcmp(drain, other.drain, static_cast<size_t>(lanes)) == 0;
  }
};

/// The partial sums (or accumulators) of the bottom row: `value` holds sums of 32 bits, `wide` those of machines with
/// wider operands.
struct SumEdge {
  int lanes = 0;
  int value_bytes = 4;  ///< of one sum: 4 or 8
  union {
    int32_t value[kMaximumLanes] = {};
    int64_t wide[kMaximumLanes];
  };

  SumEdge() = default;
  explicit SumEdge(int lane_count, bool is_wide = false) : lanes(lane_count), value_bytes(is_wide ? 8 : 4) {
    if (is_wide) {
      std::memset(wide, 0, sizeof wide);
    }
  }
  SumEdge(const SumEdge& other) { *this = other; }
  int64_t sum(int lane) const { return value_bytes == 4 ? value[lane] : wide[lane]; }
  void set_sum(int lane, int64_t sum) {
    value_bytes == 4 ? void(value[lane] = static_cast<int32_t>(sum)) : void(wide[lane] = sum);
  }
  size_t sums_bytes() const { return static_cast<size_t>(lanes) * static_cast<size_t>(value_bytes); }
  SumEdge& operator=(const SumEdge& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    value_bytes = other.value_bytes;
    std::memcpy(value, other.value, sums_bytes());
    return *this;
  }
  bool operator==(const SumEdge& other) const {
    return lanes == other.lanes && value_bytes == other.value_bytes &&
           std::memcmp(value, other.value, sums_bytes()) == 0;
  }
};

}  // namespace faultline::hw
