#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction_fetch.h"
#include "hw/gpu/launch_registers.h"
#include "hw/gpu/scoreboard.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/warp_table.h"

namespace faultline::hw::gpu {

/// Hands the blocks of a grid to the multiprocessor, retires warps and blocks, and opens barriers.
///
/// A block slot k owns the warps from k * warps_per_block on and the shared memory from k * shared_bytes on. One block
/// starts per cycle, in the lowest free slot, row by row of the grid.
class BlockDispatcher {
 public:
  BlockDispatcher(const SmConfig& config, StateTable& table, const LaunchRegisters& launch, const WarpTable& warps,
                  const InstructionFetch& fetch, const Scoreboard& scoreboard);

  /// Blocks of the launch that fit at the same time; 0: the launch is illegal.
  int resident_blocks() const;
  /// Starts a grid.
  void begin() const;
  /// Retires, opens barriers, then starts at most one block.
  void step() const;
  /// True when every block of the grid has retired.
  bool done() const;

  /// Place of a slot's block in the grid; 0 for a slot that does not exist.
  int block_x(int slot) const { return slot < config_.blocks ? block_x_.get(static_cast<size_t>(slot)) : 0; }
  int block_y(int slot) const { return slot < config_.blocks ? block_y_.get(static_cast<size_t>(slot)) : 0; }
  /// First byte of a slot's shared memory.
  uint32_t shared_base(int slot) const { return static_cast<uint32_t>(slot) * launch_.shared_bytes.get(); }

 private:
  int warps_per_block() const;
  void retire_warps() const;
  void open_barriers() const;
  void retire_blocks() const;
  void start_block() const;
  void start_warps(int slot) const;
  void advance() const;

  const SmConfig& config_;
  const LaunchRegisters& launch_;
  const WarpTable& warps_;
  const InstructionFetch& fetch_;
  const Scoreboard& scoreboard_;
  StateRegister<uint16_t> next_x_, next_y_;
  StateRegister<uint32_t> age_;
  StateRegister<uint8_t> valid_;
  StateRegister<uint16_t> block_x_, block_y_;
};

}  // namespace faultline::hw::gpu
