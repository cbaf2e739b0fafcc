#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/tensor.h"

namespace faultline::engine {

/// One fault-free inference: what later ones differ from.
struct GoldenActivations {
  std::vector<model::Values> tensors;  ///< indexed by TensorId
  /// By operator: the sums of a MatrixOperator before its bias, [pixel][output channel]; empty for other operators.
  std::vector<std::vector<int32_t>> sums;
};

}  // namespace faultline::engine
