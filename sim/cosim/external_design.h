#pragma once

#include <string>
#include <vector>

#include "hw/systolic/grid_config.h"
#include "rtl/generator/design.h"

namespace faultline::cosim {

/// A grid that somebody else wrote in SystemVerilog, ready to be Verilated in the place of the generated one.
///
/// `map` is a YAML file that gives its names (docs/cosim.md); empty: those of the generated grid. Everything that it
/// names is looked up in the elaborated design. Throws UserError, with file and line where there are any, for sources
/// that Verilator does not accept, an unknown key, a port or register that is not there, and a wrong width or
/// direction.
rtl::Design external_design(const hw::GridConfig& config, const std::vector<std::string>& sources,
                            const std::string& map);

}  // namespace faultline::cosim
