// The structural grid against the cycle grid in one SystemC simulation: the same random edges and faults, and after
// every cycle every register, wire and output the same. Each case needs a process of its own, as ctest gives it.
#include <gtest/gtest.h>

#include "hw/systolic/cycle_grid.h"
#include "hw/systolic/structural_grid.h"
#include "tests/support/grid_harness.h"
#include "tests/support/grid_random.h"

namespace faultline::hw {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using test::GridHarness;
using test::GridStimulus;
using test::RandomEdges;

constexpr uint32_t kCycles = 200;

/// Both grids of one configuration on one clock.
class GridPair {
 public:
  GridPair(int number, const GridConfig& config, const CycleClock& cycle_clock, sc_core::sc_clock& clock, uint32_t seed)
      : what_("seed " + std::to_string(seed) + ", " + std::to_string(config.rows) + "x" +
              std::to_string(config.columns) + " " + to_string(config.dataflow) + " " + config.multiplier.name()),
        seed_(seed),
        edges_(config, seed),
        structural_("structural" + std::to_string(number), config, cycle_clock, clock),
        cycle_("cycle" + std::to_string(number), config, cycle_clock, clock) {}

  void arm_random_faults(int count) {
    std::mt19937 random(seed_);
    for (const Fault& fault : test::random_faults(cycle_.table, count, kCycles, random)) {
      structural_.taps.arm(fault);
      cycle_.taps.arm(fault);
    }
  }
  void disarm() {
    structural_.taps.disarm();
    cycle_.taps.disarm();
  }
  void show_next_edges() {
    const GridStimulus stimulus = edges_.next();
    structural_.show(stimulus);
    cycle_.show(stimulus);
  }
  void reset() {
    structural_.table.reset();
    cycle_.table.reset();
    drive();
  }
  void save() { saved_ = structural_.table.snapshot(); }
  void restore() {
    structural_.table.restore(saved_);
    cycle_.table.restore(saved_);
    drive();
  }
  void drive() {
    structural_.grid.drive();
    cycle_.grid.drive();
  }
  /// Compares everything that the two grids hold and show.
  void expect_equal(uint64_t cycle) const {
    ASSERT_EQ(structural_.table.fields().size(), cycle_.table.fields().size());
    for (size_t f = 0; f < cycle_.table.fields().size(); ++f) {
      const StateField& field = cycle_.table.fields()[f];
      ASSERT_EQ(structural_.table.fields()[f].path, field.path);
      for (size_t element = 0; element < field.element_count(); ++element) {
        ASSERT_EQ(structural_.table.peek({f, element}), cycle_.table.peek({f, element}))
            << what_ << ", cycle " << cycle << ", " << element_path(field, element);
      }
    }
    ASSERT_TRUE(structural_.table.equals(cycle_.table.snapshot())) << what_ << ", cycle " << cycle;
    ASSERT_EQ(structural_.taps.hits(), cycle_.taps.hits()) << what_ << ", cycle " << cycle;
    ASSERT_TRUE(structural_.south.read() == cycle_.south.read()) << what_ << ", cycle " << cycle;
    ASSERT_TRUE(bottom_row_shows()) << what_ << ", cycle " << cycle;
  }

 private:
  /// True if the south edge shows the registers of the bottom row.
  bool bottom_row_shows() const {
    const StateField& sums = cycle_.table.fields()[0];
    const auto columns = static_cast<size_t>(sums.dimensions[1]);
    const size_t bottom = sums.element_count() - columns;
    bool same = cycle_.south.read().lanes == sums.dimensions[1];
    for (size_t column = 0; column < columns; ++column) {
      same =
          same && static_cast<uint32_t>(cycle_.south.read().value[column]) == cycle_.table.peek({0, bottom + column});
    }
    return same;
  }

  std::string what_;
  uint32_t seed_;
  RandomEdges edges_;
  GridHarness<StructuralGrid> structural_;
  GridHarness<CycleGrid> cycle_;
  std::vector<std::byte> saved_;
};

/// Many pairs of grids side by side, because SystemC elaborates only once.
class Simulation {
 public:
  Simulation(int pairs, int max_rows, int max_columns, uint32_t first_seed) {
    std::mt19937 random(first_seed);
    for (int number = 0; number < pairs; ++number) {
      // Every dataflow gets its turn; shape and multiplier are random.
      GridConfig config = test::random_grid(max_rows, max_columns, random);
      config.dataflow = static_cast<Dataflow>(number % 3);
      pairs_.push_back(
          std::make_unique<GridPair>(number, config, cycle_clock_, clock_, first_seed + static_cast<uint32_t>(number)));
    }
  }

  template <class Action>
  void for_each(Action action) {
    for (const auto& pair : pairs_) {
      action(*pair);
    }
  }
  /// Runs from now on as cycle `first` and compares in the middle of every cycle.
  void run(uint64_t first, uint64_t cycles) {
    if (sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME) {
      sc_core::sc_start(period_ / 2);  // edges come at multiples of the period; stay between them
    }
    cycle_clock_.set_next_cycle(first);
    for (uint64_t cycle = first; cycle < first + cycles; ++cycle) {
      sc_core::sc_start(period_);
      ASSERT_EQ(cycle_clock_.cycle(), cycle);
      for_each([](GridPair& pair) { pair.show_next_edges(); });
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
      for_each([cycle](GridPair& pair) { pair.expect_equal(cycle); });
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }

 private:
  const sc_time period_{1, SC_NS};
  CycleClock cycle_clock_{period_};
  sc_core::sc_clock clock_{"clock", period_, 0.5, period_};
  std::vector<std::unique_ptr<GridPair>> pairs_;
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
  simulation.for_each([](GridPair& pair) { pair.arm_random_faults(10); });
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, WideGridWithFaults) {
  Simulation simulation(3, 30, 50, 201);
  simulation.for_each([](GridPair& pair) { pair.arm_random_faults(30); });
  simulation.run(0, kCycles);
}

TEST(GridEquivalence, AfterResetAndRestore) {
  Simulation simulation(12, 6, 6, 301);
  simulation.for_each([](GridPair& pair) { pair.arm_random_faults(5); });
  simulation.run(0, 40);
  simulation.for_each([](GridPair& pair) { pair.save(); });
  simulation.run(40, 40);
  simulation.for_each([](GridPair& pair) {
    pair.disarm();
    pair.reset();
  });
  simulation.run(0, 40);
  simulation.for_each([](GridPair& pair) {
    pair.arm_random_faults(5);
    pair.restore();
  });
  simulation.run(40, 60);
}

}  // namespace
}  // namespace faultline::hw
