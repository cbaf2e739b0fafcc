#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "hw/systolic/cycle_grid_core.h"
#include "rtl/generator/design.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// A testbench of grid_design(config) in SystemVerilog, `systolic_testbench.sv`, and the vectors that it reads: for
/// each of `cycles` cycles what the edges show (`edges_of`, from cycle 0 on), and after the edge the sums at the south
/// and the registers of the first and the last element, as the `cycle` grid gives them.
std::vector<SourceFile> grid_testbench(const Design& design, const hw::GridConfig& config, size_t cycles,
                                       const std::function<hw::GridInputs(size_t cycle)>& edges_of);

}  // namespace faultline::rtl
