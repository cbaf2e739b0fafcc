#pragma once

#include <string>
#include <vector>

#include "hw/systolic/accelerator.h"

namespace faultline::hw {

/// The implementations of the grid by name: "cycle" and "structural".
std::vector<std::string> grid_names();
/// Throws InvalidConfiguration for an unknown name.
Accelerator::MakeGrid grid_maker(const std::string& name);

}  // namespace faultline::hw
