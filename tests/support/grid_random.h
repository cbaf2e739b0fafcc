#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/cosim/random_edges.h"
#include "sim/cosim/random_faults.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::test {

/// The edges of cosim/random_edges.h by a seed alone.
class RandomEdges : public cosim::RandomEdges {
 public:
  RandomEdges(const hw::GridConfig& config, uint32_t seed) : cosim::RandomEdges(config, hw::CounterRandom(seed, 0)) {}
};

/// As cosim::random_faults(), on all fields.
inline std::vector<hw::Fault> random_faults(const hw::StateTable& table, int count, uint32_t cycles,
                                            std::mt19937& random) {
  hw::CounterRandom source(random(), 1);
  return cosim::random_faults(table, cosim::injectable_fields(table), count, cycles, source);
}

/// A grid of up to `max_rows` x `max_columns` with any dataflow and an exact or random multiplier.
inline hw::GridConfig random_grid(int max_rows, int max_columns, std::mt19937& random) {
  const int rows = 1 + static_cast<int>(random() % static_cast<uint32_t>(max_rows));
  const int columns = 1 + static_cast<int>(random() % static_cast<uint32_t>(max_columns));
  const auto dataflow = static_cast<hw::Dataflow>(random() % 3);
  return {rows, columns, dataflow, random() % 2 == 0 ? hw::Multiplier() : random_multiplier(random)};
}

/// Two rectangles of elements, which may overlap.
inline hw::ElementBypass random_bypass(const hw::GridConfig& config, std::mt19937& random) {
  hw::ElementBypass bypass;
  for (int i = 0; i < 2; ++i) {
    const int row = static_cast<int>(random() % static_cast<uint32_t>(config.rows));
    const int column = static_cast<int>(random() % static_cast<uint32_t>(config.columns));
    const int height = static_cast<int>(random() % static_cast<uint32_t>(config.rows - row));
    const int width = static_cast<int>(random() % static_cast<uint32_t>(config.columns - column));
    bypass.elements.push_back({row, row + height, column, column + width});
  }
  return bypass;
}

}  // namespace faultline::test
