#pragma once

#include <cstdint>
#include <vector>

#include "hw/systolic/grid_config.h"
#include "sim/engine/operand_matrix.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A MatrixOperator on a grid whose elements have different multipliers, or are bypassed: every product is taken by the
/// multiplier of the processing element that the layer's program gives it to.
class ElementMatrix {
 public:
  /// `layer` must outlive this object.
  ElementMatrix(const model::MatrixOperator& layer, mapping::LayerProgram program, const hw::GridConfig& grid);

  /// The sums before the bias, [pixel][output channel]. Thread-safe.
  std::vector<int32_t> sums(const std::vector<int8_t>& input) const;

 private:
  int32_t sum(int channel, int64_t pixel, const std::vector<int8_t>& operands) const;

  const model::MatrixOperator& layer_;
  const mapping::LayerProgram program_;
  const hw::GridConfig grid_;
  OperandMatrix operands_;
  std::vector<const hw::Multiplier*> multipliers_;  ///< by row and column
};

}  // namespace faultline::engine
