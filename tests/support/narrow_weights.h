#pragma once

#include <vector>

#include "sim/model/network.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// Gives each layer weights of a random number of bits, some layers none below 0, so that there are weights that it
/// cannot have.
inline void narrow_weights(LayerMaker& maker, model::Network& network) {
  const auto narrow = [&](auto& weights, int bits) {
    const int shift = maker.between(0, bits - 1);
    const bool negative = !maker.one_in(4);
    for (auto& weight : weights) {
      const int shifted = weight >> shift;
      weight = static_cast<std::decay_t<decltype(weight)>>(shifted < 0 && !negative ? ~shifted : shifted);
    }
  };
  for (auto& step : network.operators) {
    if (auto* matrix = dynamic_cast<model::MatrixOperator*>(step.get())) {
      matrix->format.wide() ? narrow(matrix->wide_weights, matrix->format.operand_bits) : narrow(matrix->weights, 8);
    }
  }
}

}  // namespace faultline::test
