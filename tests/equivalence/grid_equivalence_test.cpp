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

/// Operands of 12 and 16 bits: the exact multiplier, a random one, and elements with their own.
class WideOperands : public test::GridPairs<StructuralGrid> {
 public:
  WideOperands(int pairs, int max_rows, int max_columns, uint32_t first_seed) : GridPairs(kCycles) {
    std::mt19937 random(first_seed);
    for (int number = 0; number < pairs; ++number) {
      const OperandFormat format{number % 2 == 0 ? 16 : 12};
      const GridConfig shape = test::random_grid(max_rows, max_columns, random);
      GridConfig config(shape.rows, shape.columns, static_cast<Dataflow>(number % 3),
                        number % 4 < 2 ? Multiplier(format) : test::random_wide_multiplier(format, random));
      if (number % 5 == 1) {
        config.add_region(
            {config.rows / 2, config.rows - 1, 0, config.columns / 2, test::random_wide_multiplier(format, random)});
      }
      add(config, first_seed + static_cast<uint32_t>(number));
    }
  }
};

TEST(GridEquivalence, WideOperandsFaultFree) {
  WideOperands simulation(18, 8, 8, 401);
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, WideOperandsOnLargeGrids) {
  WideOperands simulation(6, 30, 50, 501);
  simulation.for_each([](Pair& pair) { pair.arm_random_faults(30); });
  simulation.run(0, 100);
}

TEST(GridEquivalence, WideOperandsWithFaults) {
  WideOperands simulation(30, 6, 6, 601);
  simulation.for_each([](Pair& pair) { pair.arm_random_faults(10); });
  simulation.run(0, kCycles);
}

/// Registers hold anything, as after a fault: sums are far outside what products add up to.
TEST(GridEquivalence, WideOperandsFromAnyState) {
  WideOperands simulation(18, 6, 6, 701);
  uint32_t seed = 701;
  simulation.begin(0);
  simulation.for_each([&seed](Pair& pair) { pair.scramble(seed++); });
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
