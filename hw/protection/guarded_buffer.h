#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hw/arithmetic/operand_format.h"
#include "hw/common/signed_bits.h"
#include "hw/memory/byte_buffer.h"
#include "hw/protection/word_guard.h"

namespace faultline::hw {

/// The byte memory `buffer.<memory>`, with check bits where the configuration protects it.
class GuardedBuffer {
 public:
  GuardedBuffer(StateTable& table, const ProtectionConfig& config, const std::string& memory, int64_t bytes)
      : words_(table, "buffer." + memory, bytes),
        guard_(make_word_guard(table, config, memory, 8, {static_cast<int>(bytes)})) {}

  int8_t read(int64_t address) const {
    const int8_t stored = words_.read(address);
    if (guard_ == nullptr || !contains(address)) {
      return stored;
    }
    return static_cast<int8_t>(guard_->read(static_cast<size_t>(address), static_cast<uint8_t>(stored)));
  }
  /// The operand number `index` from the buffer's start.
  int16_t read_operand(int64_t index, OperandFormat format) const {
    if (!format.wide()) {
      return read(index);
    }
    const int32_t low = static_cast<uint8_t>(read(2 * index));
    return static_cast<int16_t>(wrap_to(read(2 * index + 1) * 256 + low, format.operand_bits));
  }
  void write(int64_t address, int8_t value) const {
    words_.write(address, value);
    if (guard_ != nullptr && contains(address)) {
      guard_->write(static_cast<size_t>(address), static_cast<uint8_t>(value));
    }
  }

 private:
  bool contains(int64_t address) const { return static_cast<uint64_t>(address) < words_.bytes(); }

  ByteBuffer<int8_t> words_;
  std::unique_ptr<const WordGuard> guard_;
};

}  // namespace faultline::hw
