#include "sim/harden/weight_remapping.h"

#include <cstdlib>
#include <map>

namespace faultline::harden {
namespace {

int64_t summed_error(const hw::Multiplier& multiplier, int candidate, int weight) {
  int64_t sum = 0;
  for (int activation = -128; activation < 128; ++activation) {
    sum += std::abs(multiplier.product(static_cast<int8_t>(activation), static_cast<int8_t>(candidate)) -
                    activation * weight);
  }
  return sum;
}

}  // namespace

std::array<int8_t, 256> best_weights(const hw::Multiplier& multiplier) {
  std::array<int8_t, 256> best{};
  for (int weight = -128; weight < 128; ++weight) {
    int chosen = weight;
    int64_t least = summed_error(multiplier, weight, weight);
    for (int candidate = -128; candidate < 128; ++candidate) {
      const int64_t error = summed_error(multiplier, candidate, weight);
      const bool nearer = std::abs(candidate - weight) < std::abs(chosen - weight);
      if (error < least || (error == least && nearer)) {
        least = error;
        chosen = candidate;
      }
    }
    best[static_cast<size_t>(weight + 128)] = static_cast<int8_t>(chosen);
  }
  return best;
}

void remap_weights(model::Network& network, const MultiplierOfLayer& multiplier_of) {
  std::map<const int16_t*, std::array<int8_t, 256>> best_of_table;
  for (const auto& step : network.operators) {
    if (auto* layer = dynamic_cast<model::MatrixOperator*>(step.get())) {
      const hw::Multiplier& multiplier = multiplier_of(layer->name);
      const auto [place, fresh] = best_of_table.try_emplace(multiplier.table());
      if (fresh) {
        place->second = best_weights(multiplier);
      }
      const std::array<int8_t, 256>& best = place->second;
      for (int8_t& weight : layer->weights) {
        weight = best[static_cast<size_t>(weight + 128)];
      }
    }
  }
}

}  // namespace faultline::harden
