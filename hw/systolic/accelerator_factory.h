#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hw/common/cycle_clock.h"
#include "hw/common/state_table.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/accelerator_module.h"

namespace faultline::hw {

using MakeAccelerator = std::function<std::unique_ptr<AcceleratorModule>(const char* name, const AcceleratorConfig&,
                                                                         StateTable&, const CycleClock&)>;

/// The implementations of the accelerator by name: those that layers above registered ("rtl"), else the SystemC blocks
/// around the grid of this name (grid_factory.h). Throws InvalidConfiguration for an unknown name.
MakeAccelerator accelerator_maker(const std::string& name);

/// Adds an implementation; a file-scope object.
struct AcceleratorRegistration {
  AcceleratorRegistration(const std::string& name, MakeAccelerator maker);
};

}  // namespace faultline::hw
