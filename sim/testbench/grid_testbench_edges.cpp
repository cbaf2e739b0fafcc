#include "sim/testbench/grid_testbench_edges.h"

#include "sim/cosim/grid_program.h"

namespace faultline::testbench {

std::vector<cosim::GridEdges> grid_testbench_edges(const hw::GridConfig& config, uint64_t seed) {
  constexpr uint64_t kProduct = 0;
  constexpr uint64_t kArbitrary = 1;
  std::vector<cosim::GridEdges> edges = cosim::random_program(config, seed, kProduct).edges;
  const std::vector<cosim::GridEdges> arbitrary = cosim::random_program(config, seed, kArbitrary).edges;
  edges.insert(edges.end(), arbitrary.begin(), arbitrary.end());
  return edges;
}

}  // namespace faultline::testbench
