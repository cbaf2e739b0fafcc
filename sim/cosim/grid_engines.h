#pragma once

#include <utility>

#include "sim/cosim/grid_cosim.h"
#include "sim/cosim/grid_lockstep.h"

namespace faultline::cosim {

/// The two engines that a request names. Throws UserError.
std::pair<GridEngine, GridEngine> grid_engines(const GridCosimRequest& request);

}  // namespace faultline::cosim
