#pragma once

#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The module `systolic_grid`: rows x columns of `systolic_pe`, one flattened vector for each kind of bit of an edge,
/// lane 0 in the lowest bits.
SourceFile grid_module(const hw::GridConfig& config);

/// The path of a signal of the processing elements below the top module, one `[*]` for the row and one for the column.
std::string element_signal(const std::string& name);

}  // namespace faultline::rtl
