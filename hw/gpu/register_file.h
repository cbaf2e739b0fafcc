#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// The registers of all resident warps: entry warp * registers_per_thread + r holds register r of the warp's threads.
/// Register r of warp w lies in bank (r + w / partitions) mod banks of its partition. Entries out of range read 0,
/// writes to them are dropped.
class RegisterFile {
 public:
  RegisterFile(const SmConfig& config, StateTable& table)
      : warp_size_(static_cast<size_t>(config.warp_size)),
        entries_(static_cast<size_t>(config.register_entries)),
        banks_(config.register_banks),
        partitions_(config.partitions),
        words_(table, "register_file.entry[*].lane[*]", 32, {config.register_entries, config.warp_size},
               StateKind::kMemory) {}

  int bank(int warp, int number) const { return (number + warp / partitions_) % banks_; }

  /// The lanes of a register, or nullptr where it reads 0.
  const uint32_t* row(int warp, int registers_per_thread, int number) const {
    return words(warp, registers_per_thread, number);
  }
  /// Writes the lanes of a mask from first_lane on.
  void write(int warp, int registers_per_thread, int number, int first_lane, int lanes, uint32_t mask,
             const uint32_t* values) const {
    uint32_t* entry = words(warp, registers_per_thread, number);
    if (entry == nullptr) {
      return;
    }
    for (int lane = 0; lane < lanes; ++lane) {
      uint32_t& word = entry[first_lane + lane];
      word = (mask >> lane & 1) != 0 ? values[lane] : word;
    }
  }

 private:
  uint32_t* words(int warp, int registers_per_thread, int number) const {
    const size_t entry =
        static_cast<size_t>(warp) * static_cast<size_t>(registers_per_thread) + static_cast<size_t>(number);
    return number == kZeroRegister || entry >= entries_ ? nullptr : words_.data() + entry * warp_size_;
  }

  size_t warp_size_;
  size_t entries_;
  int banks_;
  int partitions_;
  StateRegister<uint32_t> words_;
};

}  // namespace faultline::hw::gpu
