#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Type of the products of operands that are Code: int8_t, or int16_t where they are wide.
template <typename Code>
using ProductOf = std::conditional_t<std::is_same_v<Code, int8_t>, int16_t, int32_t>;

/// M(activation, weight) of a multiplier whose operands are Code.
template <typename Code>
ProductOf<Code> product_of(const hw::Multiplier& multiplier, Code activation, Code weight) {
  if constexpr (std::is_same_v<Code, int8_t>) {
    return multiplier.product(activation, weight);
  } else {
    return multiplier.wide_product(activation, weight);
  }
}

/// The weights of a layer whose operands are Code.
template <typename Code>
const std::vector<Code>& weights_of(const model::MatrixOperator& layer) {
  if constexpr (std::is_same_v<Code, int8_t>) {
    return layer.weights;
  } else {
    return layer.wide_weights;
  }
}

}  // namespace faultline::engine
