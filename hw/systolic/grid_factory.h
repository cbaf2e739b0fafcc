#pragma once

#include <string>
#include <vector>

#include "hw/systolic/accelerator.h"

namespace faultline::hw {

/// The implementations of the grid by name: "cycle", "structural" and those that layers above registered ("rtl_grid").
std::vector<std::string> grid_names();
/// Throws InvalidConfiguration for an unknown name.
Accelerator::MakeGrid grid_maker(const std::string& name);

/// Adds an implementation; a file-scope object.
struct GridRegistration {
  GridRegistration(const std::string& name, Accelerator::MakeGrid maker);
};

}  // namespace faultline::hw
