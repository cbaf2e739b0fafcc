#pragma once

#include <vector>

namespace faultline::gpu {

/// The text of a kernel file. The build makes the list from sim/gpu/kernels.
struct KernelSource {
  const char* file;
  const char* text;
};

const std::vector<KernelSource>& kernel_sources();

}  // namespace faultline::gpu
