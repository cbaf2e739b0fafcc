#pragma once

#include <array>
#include <cstdint>

#include "hw/gpu/signal_value.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// What the host asks of the streaming multiprocessor: a grid of thread blocks that run one kernel.
struct KernelLaunch {
  uint16_t entry = 0;         ///< address of the first instruction, in instructions
  uint16_t grid_x = 1;        ///< columns of the grid of blocks
  uint16_t grid_y = 1;        ///< rows
  uint16_t threads = 1;       ///< of a block, 1 to 2048
  uint8_t registers = 1;      ///< of a thread, 1 to 63
  uint32_t shared_bytes = 0;  ///< of a block, a multiple of 4
  std::array<uint32_t, kParameters> parameters = {};

  bool operator==(const KernelLaunch& other) const {
    return entry == other.entry && grid_x == other.grid_x && grid_y == other.grid_y && threads == other.threads &&
           registers == other.registers && shared_bytes == other.shared_bytes && parameters == other.parameters;
  }
};

}  // namespace faultline::hw::gpu
