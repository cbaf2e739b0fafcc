#pragma once

#include <vector>

#include "hw/common/counter_random.h"
#include "sim/cosim/grid_edges.h"

namespace faultline::cosim {

/// The edges of a random matrix product of one to three folds, cycle by cycle, as the controller would show them
/// (docs/hardware.md, "Compute"): skewed by a cycle for each lane, partly filled folds with lanes that are not valid,
/// and a drained array at the end.
std::vector<GridEdges> product_edges(const hw::GridConfig& config, hw::CounterRandom& random);

}  // namespace faultline::cosim
