// The structural grid against the cycle grid in one SystemC simulation: the same random edges and faults, and after
// every cycle every register, wire and output the same. Each case needs a process of its own, as ctest gives it.
#include <gtest/gtest.h>

#include "hw/systolic/structural_grid.h"
#include "tests/support/grid_pair.h"

namespace faultline::hw {
namespace {

constexpr uint32_t kCycles = 200;

using Pair = test::GridPair<StructuralGrid>;

/// Random pairs; every dataflow gets its turn, shape and multiplier are random.
class Simulation : public test::GridPairs<StructuralGrid> {
 public:
  Simulation(int pairs, int max_rows, int max_columns, uint32_t first_seed) : GridPairs(kCycles) {
    std::mt19937 random(first_seed);
    for (int number = 0; number < pairs; ++number) {
      GridConfig config = test::random_grid(max_rows, max_columns, random);
      config.dataflow = static_cast<Dataflow>(number % 3);
      if (number % 2 == 1) {
        config.add_region({config.rows / 2, config.rows - 1, 0, config.columns / 2, test::random_multiplier(random)});
      }
      if (number % 4 >= 2) {
        config.add_bypass(test::random_bypass(config, random));
      }
      add(config, first_seed + static_cast<uint32_t>(number));
    }
  }
};

TEST(GridEquivalence, FaultFree) {
  Simulation simulation(18, 8, 8, 1);
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, WideGridFaultFree) {
  Simulation simulation(3, 40, 70, 1);
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, WithFaults) {
  Simulation simulation(30, 6, 6, 101);
  simulation.for_each([](Pair& pair) { pair.arm_random_faults(10); });
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, WideGridWithFaults) {
  Simulation simulation(3, 30, 50, 201);
  simulation.for_each([](Pair& pair) { pair.arm_random_faults(30); });
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, AfterResetAndRestore) {
  Simulation simulation(12, 6, 6, 301);
  simulation.for_each([](Pair& pair) { pair.arm_random_faults(5); });
  simulation.run(0, 40);
  simulation.for_each([](Pair& pair) { pair.save(); });
  simulation.run(40, 40);
  simulation.for_each([](Pair& pair) {
    pair.disarm();
    pair.reset();
  });
  simulation.run(0, 40);
  simulation.for_each([](Pair& pair) {
    pair.arm_random_faults(5);
    pair.restore();
  });
  simulation.run(40, 60);
}

}  // namespace
}  // namespace faultline::hw
