#pragma once

#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The module `systolic_pe`, one processing element: its registers and its wire have the names of the state table
/// (docs/hardware.md, "Grid").
SourceFile element_module(const hw::GridConfig& config);

}  // namespace faultline::rtl
