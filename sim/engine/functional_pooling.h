#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/network.h"

namespace faultline::engine {

/// What a PoolingOperator gives for one sample.
model::Values pool(const model::PoolingOperator& layer, const std::vector<int8_t>& input);
/// The same where operands are wide.
model::Values pool(const model::PoolingOperator& layer, const std::vector<int16_t>& input);

}  // namespace faultline::engine
