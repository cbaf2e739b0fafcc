#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/layer_multipliers.h"
#include "sim/engine/operand_matrix.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A MatrixOperator with operands of 12 or 16 bits.
class WideMatrix {
 public:
  /// `layer` must outlive this object.
  WideMatrix(const model::MatrixOperator& layer, const LayerMultipliers::Layer& multiplier);

  /// The layer's output for one sample. Thread-safe.
  model::Values run(const std::vector<int16_t>& input) const;
  /// The sums before the bias, [pixel][output channel]. Thread-safe.
  std::vector<int64_t> sums(const std::vector<int16_t>& input) const;

 private:
  void add_products(int16_t weight, const int16_t* activations, std::vector<int64_t>& sums) const;

  const model::MatrixOperator& layer_;
  const LayerMultipliers::Layer multiplier_;
  WideOperandMatrix operands_;
};

}  // namespace faultline::engine
