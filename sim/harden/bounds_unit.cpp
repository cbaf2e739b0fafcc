#include "sim/harden/bounds_unit.h"

#include <fmt/core.h>

#include "sim/config/user_error.h"

namespace faultline::harden {

void add_bounds_unit(const std::string& design, hw::ChannelBounds bounds, hw::ProtectionConfig& accelerator) {
  if (accelerator.channel_bounds && accelerator.channel_bounds != bounds) {
    const auto name = [](hw::ChannelBounds unit) { return unit.zeroes ? "zero" : "clamp"; };
    throw UserError(design, 0,
                    fmt::format("needs the unit channel_bounds with outside {}, the accelerator has it with {}",
                                name(bounds), name(*accelerator.channel_bounds)),
                    "take that unit out of the accelerator file, or make a design for it");
  }
  accelerator.channel_bounds = bounds;
}

}  // namespace faultline::harden
