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
/// `control` is the load bit of the west edge (weight- and input-stationary) and the shift bit of the north edge.
/// Comparison and copying touch `lanes` elements only, because a signal does both every cycle.
struct OperandEdge {
  int lanes = 0;
  int8_t value[kMaximumLanes] = {};
  uint8_t valid[kMaximumLanes] = {};    ///< 0 or 1
  uint8_t control[kMaximumLanes] = {};  ///< 0 or 1

  OperandEdge() = default;
  explicit OperandEdge(int lane_count) : lanes(lane_count) {}
  OperandEdge(const OperandEdge& other) { *this = other; }
  OperandEdge& operator=(const OperandEdge& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    const auto bytes = static_cast<size_t>(lanes);
    std::memcpy(value, other.value, bytes);
    std::memcpy(valid, other.valid, bytes);
    std::memcpy(control, other.control, bytes);
    return *this;
  }
  bool operator==(const OperandEdge& other) const {
    const auto bytes = static_cast<size_t>(lanes);
    return lanes == other.lanes && std::memcmp(value, other.value, bytes) == 0 &&
           std::memcmp(valid, other.valid, bytes) == 0 && std::memcmp(control, other.control, bytes) == 0;
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

/// The partial sums (or accumulators) of the bottom row.
struct SumEdge {
  int lanes = 0;
  int32_t value[kMaximumLanes] = {};

  SumEdge() = default;
  explicit SumEdge(int lane_count) : lanes(lane_count) {}
  SumEdge(const SumEdge& other) { *this = other; }
  SumEdge& operator=(const SumEdge& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    std::memcpy(value, other.value, static_cast<size_t>(lanes) * sizeof(int32_t));
    return *this;
  }
  bool operator==(const SumEdge& other) const {
    return lanes == other.lanes && std::memcmp(value, other.value, static_cast<size_t>(lanes) * sizeof(int32_t)) == 0;
  }
};

}  // namespace faultline::hw
