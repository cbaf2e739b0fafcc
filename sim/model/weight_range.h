#pragma once

#include "sim/model/network.h"

namespace faultline::model {

/// From the least to the greatest weight of a layer, over its planes; a layer without weights has [0, 0].
CodeRange weight_range(const MatrixOperator& layer);

/// The fewest bits, at least 1, in which every number of the range has its two's complement.
int bits_of(CodeRange range);

}  // namespace faultline::model
