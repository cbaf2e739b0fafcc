#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "sim/model/tensor.h"

namespace faultline::engine {

/// An element of a tensor of integers.
inline int64_t integer_at(const model::Values& values, size_t element) {
  return std::visit([element](const auto& elements) { return static_cast<int64_t>(elements[element]); }, values);
}

/// One fault-free inference: what later ones differ from.
struct GoldenActivations {
  std::vector<model::Values> tensors;  ///< indexed by TensorId
  /// By operator: the sums of a MatrixOperator before its bias, [pixel][output channel], int32, or int64 where operands
  /// are wide; empty for other operators.
  std::vector<model::Values> sums;

  bool has_sums(size_t operator_index) const {
    return std::visit([](const auto& values) { return !values.empty(); }, sums[operator_index]);
  }
  /// One of them; `place` is pixel x output channels + channel.
  int64_t sum(size_t operator_index, size_t place) const { return integer_at(sums[operator_index], place); }
};

}  // namespace faultline::engine
