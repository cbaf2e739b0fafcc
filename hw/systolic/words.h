#pragma once

#include <cstdint>
#include <cstring>

#include "hw/common/signal_value.h"
#include "hw/memory/dram_request.h"
#include "hw/systolic/edge_vector.h"
#include "hw/systolic/position.h"

namespace faultline::hw {

/// What the controller tells the input feeder to do in one lane in one cycle; it moves one lane further each cycle.
struct InputWord {
  bool read = false;     ///< bring an operand (valid); otherwise the edge gets an invalid 0
  bool first = false;    ///< the lane takes its own part of the position from this word
  bool control = false;  ///< load (west) or shift (north)
  Pixel pixel;
  Tap tap;

  bool operator==(const InputWord& other) const {
    return read == other.read && first == other.first && control == other.control && pixel == other.pixel &&
           tap == other.tap;
  }
  bool idle() const { return *this == InputWord(); }
};

/// What the controller tells the weight feeder to do in one lane in one cycle.
struct WeightWord {
  bool read = false;
  bool control = false;
  uint32_t address = 0;  ///< of lane 0's operand, counted in operands; 24 bits

  bool operator==(const WeightWord& other) const {
    return read == other.read && control == other.control && address == other.address;
  }
  bool idle() const { return *this == WeightWord(); }
};

/// Tells a column's bank of the partial-sum buffer to take the sum at the south edge.
struct SumWord {
  bool write = false;
  bool accumulate = false;
  uint16_t row = 0;

  bool operator==(const SumWord& other) const {
    return write == other.write && accumulate == other.accumulate && row == other.row;
  }
  bool idle() const { return *this == SumWord(); }
};

/// The checksum unit puts a sum of the partial-sum buffer right: adds `delta`.
struct SumCorrection {
  bool valid = false;
  uint16_t row = 0;
  uint8_t column = 0;
  int64_t delta = 0;
  bool operator==(const SumCorrection& other) const {
    return valid == other.valid && row == other.row && column == other.column && delta == other.delta;
  }
};

/// DMA writes into a buffer.
struct BufferWrite {
  bool valid = false;
  uint8_t target = 0;  ///< LoadTarget
  uint8_t count = 0;   ///< bytes
  uint32_t address = 0;
  BeatData data;

  bool operator==(const BufferWrite& other) const {
    return valid == other.valid && target == other.target && count == other.count && address == other.address &&
           data == other.data;
  }
};

/// DMA reads from the output buffer; the data follow one cycle later.
struct BufferRead {
  bool valid = false;
  uint8_t count = 0;
  uint32_t address = 0;

  bool operator==(const BufferRead& other) const {
    return valid == other.valid && count == other.count && address == other.address;
  }
};

/// Post-processing asks for a row of the partial-sum buffer; the row follows one cycle later.
struct RowRequest {
  bool valid = false;
  uint16_t row = 0;
  bool operator==(const RowRequest& other) const { return valid == other.valid && row == other.row; }
};

/// Post-processing asks for consecutive operands of the input buffer, one per column; they follow one cycle later.
struct PoolRequest {
  bool valid = false;
  int32_t address = 0;
  bool operator==(const PoolRequest& other) const { return valid == other.valid && address == other.address; }
};

/// The neuron unit asks for one byte of the output buffer; it follows one cycle later.
struct NeuronRequest {
  bool valid = false;
  uint32_t address = 0;
  bool operator==(const NeuronRequest& other) const { return valid == other.valid && address == other.address; }
};

/// The neuron unit puts a code into the output buffer.
struct NeuronWrite {
  bool valid = false;
  uint32_t address = 0;
  int8_t code = 0;
  bool operator==(const NeuronWrite& other) const {
    return valid == other.valid && address == other.address && code == other.code;
  }
};

/// One operand for each column: `value` in machines with 8-bit operands, `wide` in others.
struct PoolData {
  int lanes = 0;
  int value_bytes = 1;  ///< of one operand: 1 or 2
  union {
    int8_t value[kMaximumLanes] = {};
    int16_t wide[kMaximumLanes];
  };

  PoolData() = default;
  explicit PoolData(int lane_count, bool is_wide = false) : lanes(lane_count), value_bytes(is_wide ? 2 : 1) {
    if (is_wide) {
      std::memset(wide, 0, sizeof wide);
    }
  }
  PoolData(const PoolData& other) { *this = other; }
  int16_t operand(int lane) const { return value_bytes == 1 ? int16_t{value[lane]} : wide[lane]; }
  size_t operands_bytes() const { return static_cast<size_t>(lanes) * static_cast<size_t>(value_bytes); }
  PoolData& operator=(const PoolData& other) {
    if (this == &other) {
      return *this;
    }
    lanes = other.lanes;
    value_bytes = other.value_bytes;
    std::memcpy(value, other.value, operands_bytes());
    return *this;
  }
  bool operator==(const PoolData& other) const {
    return lanes == other.lanes && value_bytes == other.value_bytes &&
           std::memcmp(value, other.value, operands_bytes()) == 0;
  }
};

/// Progress of a unit that the controller started.
struct UnitStatus {
  bool done = false;   ///< for one cycle
  bool error = false;  ///< stays; the controller traps
  bool operator==(const UnitStatus& other) const { return done == other.done && error == other.error; }
};

}  // namespace faultline::hw
