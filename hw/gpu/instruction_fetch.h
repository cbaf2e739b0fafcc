#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/warp_table.h"

namespace faultline::hw::gpu {

/// Instruction memory, the fetch register of each partition and the decode buffers of the warps, two instructions each.
///
/// A partition reads one instruction a cycle, for the next warp in turn with room; it is in the warp's buffer one cycle
/// later. Reads out of range give 0, which is illegal to execute.
class InstructionFetch {
 public:
  static constexpr int kBufferEntries = 2;

  InstructionFetch(const SmConfig& config, StateTable& table);

  /// Moves what was fetched into its buffer, then fetches for one warp of each partition.
  void step(const WarpTable& warps) const;

  bool ready(int warp) const { return count_.get(at(warp)) != 0; }
  uint64_t word(int warp) const { return word_.get(at(warp) * kBufferEntries); }
  uint16_t address(int warp) const { return address_.get(at(warp) * kBufferEntries); }
  /// Takes the first instruction out of the buffer.
  void pop(int warp) const;
  /// Drops everything fetched for the warp and goes on at `address`.
  void redirect(int warp, uint16_t address) const;
  /// The address that the warp executes next as far as has been fetched.
  uint16_t expected(int warp) const;

 private:
  static size_t at(int warp) { return static_cast<size_t>(warp); }
  void decode(int partition) const;
  void fetch(int partition, const WarpTable& warps) const;

  int warps_;
  int partitions_;
  uint32_t entries_;
  StateRegister<uint64_t> memory_;
  StateRegister<uint16_t> next_;          ///< of each warp
  StateRegister<uint8_t> count_;          ///< instructions in each warp's buffer
  StateRegister<uint64_t> word_;          ///< by warp and place
  StateRegister<uint16_t> address_;       ///< likewise
  StateRegister<uint8_t> turn_;           ///< of each partition: which of its warps fetched last
  StateRegister<uint8_t> fetched_valid_;  ///< of each partition
  StateRegister<uint8_t> fetched_warp_;
  StateRegister<uint64_t> fetched_word_;
  StateRegister<uint16_t> fetched_address_;
};

}  // namespace faultline::hw::gpu
