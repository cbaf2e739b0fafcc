#pragma once

#include "hw/protection/weight_check.h"
#include "sim/model/network.h"

namespace faultline::mapping {

/// `low` and `high` of the layer's kComputes, with which the check lets all its weights pass: the least and the
/// greatest of them, or those of all numbers of as many bits.
model::CodeRange weight_bounds(const model::MatrixOperator& layer, hw::WeightCheck check);

}  // namespace faultline::mapping
