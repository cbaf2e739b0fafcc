#include "sim/model/weight_range.h"

#include <algorithm>

namespace faultline::model {
namespace {

template <typename Weight>
CodeRange range_of(const std::vector<Weight>& weights) {
  if (weights.empty()) {
    return {0, 0};
  }
  const auto [least, greatest] = std::minmax_element(weights.begin(), weights.end());
  return {*least, *greatest};
}

}  // namespace

CodeRange weight_range(const MatrixOperator& layer) {
  return layer.format.wide() ? range_of(layer.wide_weights) : range_of(layer.weights);
}

int bits_of(CodeRange range) {
  int bits = 1;
  while (range.low < -(int64_t{1} << (bits - 1)) || range.high >= int64_t{1} << (bits - 1)) {
    ++bits;
  }
  return bits;
}

}  // namespace faultline::model
