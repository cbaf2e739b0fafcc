#include "sim/gpu/launch_arguments.h"

#include <algorithm>
#include <stdexcept>

namespace faultline::gpu {

LaunchArguments::LaunchArguments(const Kernel& kernel, int grid_x, int grid_y, int threads) : kernel_(kernel) {
  constexpr int kMostBlocks = 65535;
  if (grid_x > kMostBlocks || grid_y > kMostBlocks) {
    throw std::length_error("kernel " + kernel.name + " would need a grid of more than 65535 blocks");
  }
  launch_.entry = kernel.entry;
  launch_.registers = kernel.registers;
  launch_.grid_x = static_cast<uint16_t>(grid_x);
  launch_.grid_y = static_cast<uint16_t>(grid_y);
  launch_.threads = static_cast<uint16_t>(threads);
}

LaunchArguments& LaunchArguments::set(const std::string& parameter, int64_t value) {
  const auto& names = kernel_.parameters;
  const auto found = std::find(names.begin(), names.end(), parameter);
  if (found == names.end()) {
    throw std::out_of_range("kernel " + kernel_.name + " has no parameter " + parameter);
  }
  launch_.parameters[static_cast<size_t>(found - names.begin())] = static_cast<uint32_t>(value);
  return *this;
}

LaunchArguments& LaunchArguments::shared_bytes(int bytes) {
  launch_.shared_bytes = static_cast<uint32_t>(bytes);
  return *this;
}

}  // namespace faultline::gpu
