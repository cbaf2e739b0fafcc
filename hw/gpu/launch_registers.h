#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/kernel_launch.h"

namespace faultline::hw::gpu {

/// The registers that hold the running launch.
class LaunchRegisters {
 public:
  explicit LaunchRegisters(StateTable& table)
      : entry(table, "launch.entry", 16),
        grid_x(table, "launch.grid_x", 16),
        grid_y(table, "launch.grid_y", 16),
        threads(table, "launch.threads", 12),
        registers(table, "launch.registers", 6),
        shared_bytes(table, "launch.shared_bytes", 18),
        parameter(table, "launch.parameter[*]", 32, {kParameters}) {}

  void take(const KernelLaunch& launch) const {
    entry.set(launch.entry);
    grid_x.set(launch.grid_x);
    grid_y.set(launch.grid_y);
    threads.set(launch.threads);
    registers.set(launch.registers);
    shared_bytes.set(launch.shared_bytes);
    for (size_t i = 0; i < kParameters; ++i) {
      parameter.set(launch.parameters[i], i);
    }
  }

  StateRegister<uint16_t> entry, grid_x, grid_y, threads;
  StateRegister<uint8_t> registers;
  StateRegister<uint32_t> shared_bytes, parameter;
};

}  // namespace faultline::hw::gpu
