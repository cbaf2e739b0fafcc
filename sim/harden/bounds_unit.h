#pragma once

#include <string>

#include "hw/protection/protection_config.h"

namespace faultline::harden {

/// Gives an accelerator the unit that holds bounds of channels (hw::ChannelBounds), as the design file `design` needs
/// it. Throws UserError where the accelerator has one that does something else with codes outside.
void add_bounds_unit(const std::string& design, hw::ChannelBounds bounds, hw::ProtectionConfig& accelerator);

}  // namespace faultline::harden
