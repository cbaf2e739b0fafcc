#pragma once

#include <cstdint>
#include <string>

#include "hw/common/state_register.h"

namespace faultline::hw {

/// A byte memory in the state table. Reads out of range give 0, writes out of range are dropped.
template <typename Byte>
class ByteBuffer {
 public:
  ByteBuffer(StateTable& table, const std::string& path, int64_t bytes)
      : bytes_(static_cast<uint64_t>(bytes)),
        memory_(table, path + "[*]", 8, {static_cast<int>(bytes)}, StateKind::kMemory) {}

  Byte read(int64_t address) const {
    return static_cast<uint64_t>(address) < bytes_ ? memory_.data()[address] : Byte{0};
  }
  void write(int64_t address, Byte value) const {
    if (static_cast<uint64_t>(address) < bytes_) {
      memory_.data()[address] = value;
    }
  }
  uint64_t bytes() const { return bytes_; }
  Byte* data() const { return memory_.data(); }

 private:
  uint64_t bytes_;
  StateRegister<Byte> memory_;
};

}  // namespace faultline::hw
