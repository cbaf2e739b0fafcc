#pragma once

#include <string>

#include "hw/gpu/kernel_launch.h"
#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// Fills a launch's parameters by their names in the kernel.
class LaunchArguments {
 public:
  /// A launch of `kernel` over a grid of blocks of `threads` threads.
  LaunchArguments(const Kernel& kernel, int grid_x, int grid_y, int threads);

  /// Throws std::out_of_range when the kernel has no such parameter.
  LaunchArguments& set(const std::string& parameter, int64_t value);
  LaunchArguments& shared_bytes(int bytes);

  const hw::gpu::KernelLaunch& launch() const { return launch_; }

 private:
  const Kernel& kernel_;
  hw::gpu::KernelLaunch launch_;
};

}  // namespace faultline::gpu
