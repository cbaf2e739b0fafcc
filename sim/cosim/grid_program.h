#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/cosim/grid_edges.h"

namespace faultline::cosim {

/// What a grid is to do: the registers that it starts from and what its edges show in each cycle.
struct GridProgram {
  std::string kind;              ///< "product", "edges", "registers" or "product_from_registers"
  std::vector<GridEdges> edges;  ///< one for each cycle
  /// Where the registers' random values come from; else every register starts at 0.
  std::optional<hw::CounterRandom> registers;
};

/// Program `number` of a seed. In turns a matrix product, arbitrary edges, and either of them from arbitrary
/// registers.
GridProgram random_program(const hw::GridConfig& config, uint64_t seed, uint64_t number);

}  // namespace faultline::cosim
