#pragma once

#include <cstdint>
#include <cstring>

#include "hw/common/state_register.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// The shared memory: words of 4 bytes, word i in bank i mod banks. Bytes are little-endian in their word.
class SharedMemory {
 public:
  SharedMemory(const SmConfig& config, StateTable& table)
      : bytes_(static_cast<uint32_t>(config.shared_bytes)),
        banks_(static_cast<uint32_t>(config.shared_banks)),
        words_(table, "shared_memory.word[*]", 32, {config.shared_bytes / 4}, StateKind::kMemory) {}

  bool contains(uint64_t address, int bytes) const { return address + static_cast<uint64_t>(bytes) <= bytes_; }
  uint32_t bank(uint32_t address) const { return (address / 4) % banks_; }

  /// An aligned word, or a byte with its sign. The address must lie inside.
  uint32_t read(uint32_t address, int bytes) const {
    const uint32_t word = words_.get(address / 4);
    const auto byte = static_cast<int8_t>(word >> (8 * (address & 3)));
    return bytes == 4 ? word : static_cast<uint32_t>(int32_t{byte});
  }
  void write(uint32_t address, int bytes, uint32_t value) const {
    uint32_t& word = words_.data()[address / 4];
    const uint32_t shift = 8 * (address & 3);
    const uint32_t mask = uint32_t{0xff} << shift;
    word = bytes == 4 ? value : (word & ~mask) | ((value << shift) & mask);
  }

 private:
  uint32_t bytes_;
  uint32_t banks_;
  StateRegister<uint32_t> words_;
};

}  // namespace faultline::hw::gpu
