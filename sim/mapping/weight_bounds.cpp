#include "sim/mapping/weight_bounds.h"

#include "sim/model/weight_range.h"

namespace faultline::mapping {

model::CodeRange weight_bounds(const model::MatrixOperator& layer, hw::WeightCheck check) {
  const model::CodeRange range = model::weight_range(layer);
  if (check.mode == hw::WeightCheck::Mode::kRange) {
    return range;
  }
  const int32_t numbers = int32_t{1} << (model::bits_of(range) - 1);
  return {-numbers, numbers - 1};
}

}  // namespace faultline::mapping
