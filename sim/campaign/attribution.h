#pragma once

#include <cstdint>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/campaign/inference_target.h"

namespace faultline::campaign {

/// Index of the layer whose cycles the first window of a fault opens in: the last that has begun by then, or the first
/// one. kWholeRunLayer (experiment_row.h) for a fault that is there from the first cycle to the end of the run.
int layer_struck(const std::vector<LayerSpan>& layers, const hw::Fault& fault);

/// Cycles after which a run is given up as a hang: one more than `hang_factor` times the golden cycles.
uint64_t hang_limit(uint64_t golden_cycles, double hang_factor);

}  // namespace faultline::campaign
