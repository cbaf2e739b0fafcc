#pragma once

#include <cstdint>
#include <vector>

#include "sim/cosim/grid_edges.h"

namespace faultline::testbench {

/// What a testbench of the grid alone shows at its edges, cycle by cycle: a random matrix product as the controller
/// would show it, then arbitrary edges (sim/cosim/grid_program.h).
std::vector<cosim::GridEdges> grid_testbench_edges(const hw::GridConfig& config, uint64_t seed);

}  // namespace faultline::testbench
