#pragma once

#include <cstdint>

#include "hw/memory/byte_buffer.h"
#include "hw/protection/neuron_unit_kind.h"

namespace faultline::hw {

/// At the output buffer's write port: where a bit of its mask, `protection.<unit>.split[*]`, is set, a code is written
/// as the unit's words hold it (as a half). The mask has one bit for each byte of the buffer, the lowest bit of a byte
/// for the lowest address.
class NeuronEncoder {
 public:
  /// `kind` must have an encode() and outlive the object.
  NeuronEncoder(StateTable& table, const NeuronUnitKind& kind, int64_t output_buffer_bytes)
      : kind_(kind), mask_(table, "protection." + kind.name + ".split", mask_bytes(output_buffer_bytes)) {}

  /// What is written at `address` of the output buffer for a code.
  int8_t word(int64_t address, int8_t code, int32_t zero) const {
    const bool split = (mask_.read(address / 8) >> (address % 8) & 1) != 0;
    return split ? static_cast<int8_t>(kind_.encode(code, zero)) : code;
  }
  /// Writes a byte of the mask.
  void load(int64_t index, uint8_t bits) const { mask_.write(index, bits); }

  static int64_t mask_bytes(int64_t output_buffer_bytes) { return (output_buffer_bytes + 7) / 8; }

 private:
  const NeuronUnitKind& kind_;
  ByteBuffer<uint8_t> mask_;
};

}  // namespace faultline::hw
