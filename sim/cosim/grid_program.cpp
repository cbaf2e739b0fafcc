#include "sim/cosim/grid_program.h"

#include "sim/cosim/product_edges.h"
#include "sim/cosim/random_edges.h"
#include "sim/cosim/random_stream.h"

namespace faultline::cosim {
namespace {

std::vector<GridEdges> arbitrary_edges(const hw::GridConfig& config, const hw::CounterRandom& random) {
  RandomEdges source(config, random);
  std::vector<GridEdges> edges;
  const int cycles = 40 + 4 * (config.rows + config.columns);
  for (int cycle = 0; cycle < cycles; ++cycle) {
    edges.push_back(source.next());
  }
  return edges;
}

}  // namespace

GridProgram random_program(const hw::GridConfig& config, uint64_t seed, uint64_t number) {
  hw::CounterRandom random = random_stream(seed, Stream::kProgram, number);
  switch (number % 4) {
    case 0:
      return {"product", product_edges(config, random), std::nullopt};
    case 1:
      return {"edges", arbitrary_edges(config, random), std::nullopt};
    case 2:
      return {"registers", arbitrary_edges(config, random), random_stream(seed, Stream::kRegisters, number)};
    default:
      // From reset no product is long enough for a sum to wrap.
      return {"product_from_registers", product_edges(config, random), random_stream(seed, Stream::kRegisters, number)};
  }
}

}  // namespace faultline::cosim
