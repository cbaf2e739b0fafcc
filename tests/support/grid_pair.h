#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/systolic/cycle_grid.h"
#include "rtl/lockstep/lockstep_comparison.h"
#include "sim/cosim/random_values.h"
#include "tests/support/grid_harness.h"
#include "tests/support/grid_random.h"

namespace faultline::test {

/// The cycle grid and another implementation of one configuration on one clock, under the same random edges and faults.
template <class Grid>
class GridPair {
 public:
  GridPair(int number, const hw::GridConfig& config, const hw::CycleClock& cycle_clock, sc_core::sc_clock& clock,
           uint32_t seed, uint32_t cycles, const typename GridHarness<Grid>::MakeGrid& make)
      : what_("seed " + std::to_string(seed) + ", " + std::to_string(config.rows) + "x" +
              std::to_string(config.columns) + " " + to_string(config.dataflow) + " " + config.multiplier.name()),
        seed_(seed),
        cycles_(cycles),
        edges_(config, seed),
        other_("other" + std::to_string(number), config, cycle_clock, clock, make),
        cycle_("cycle" + std::to_string(number), config, cycle_clock, clock),
        comparison_(cycle_.table, other_.table) {
    for (int column = 0; column < config.columns; ++column) {
      comparison_.add_output(
          "south[" + std::to_string(column) + "]",
          [this, column] { return static_cast<uint32_t>(cycle_.south.read().value[column]); },
          [this, column] { return static_cast<uint32_t>(other_.south.read().value[column]); });
    }
  }

  void arm_random_faults(int count) {
    std::mt19937 random(seed_);
    for (const hw::Fault& fault : random_faults(cycle_.table, count, cycles_, random)) {
      other_.taps.arm(fault);
      cycle_.taps.arm(fault);
    }
  }
  void disarm() {
    other_.taps.disarm();
    cycle_.taps.disarm();
  }
  void show_next_edges() {
    const GridStimulus stimulus = edges_.next();
    other_.show(stimulus);
    cycle_.show(stimulus);
  }
  void reset() {
    other_.table.reset();
    cycle_.table.reset();
    drive();
  }
  /// Sets every register to a random value, as no program would.
  void scramble(uint32_t seed) {
    hw::CounterRandom random(seed, 2);
    cosim::randomise_registers(cycle_.table, random);
    other_.table.restore(cycle_.table.snapshot());
    drive();
  }
  void save() { saved_ = other_.table.snapshot(); }
  void restore() {
    other_.table.restore(saved_);
    cycle_.table.restore(saved_);
    drive();
  }
  void drive() {
    other_.grid.drive();
    cycle_.grid.drive();
  }
  /// Compares everything that the two grids hold and show, and stops at the first difference.
  std::optional<rtl::Divergence> compare(uint64_t cycle) { return comparison_.compare(cycle); }
  void expect_equal(uint64_t cycle) {
    const std::optional<rtl::Divergence> divergence = compare(cycle);
    ASSERT_FALSE(divergence) << what_ << ", " << divergence->text();
    ASSERT_TRUE(other_.table.equals(cycle_.table.snapshot())) << what_ << ", cycle " << cycle;
    ASSERT_EQ(other_.taps.hits(), cycle_.taps.hits()) << what_ << ", cycle " << cycle;
    ASSERT_TRUE(other_.south.read() == cycle_.south.read()) << what_ << ", cycle " << cycle;
    ASSERT_TRUE(bottom_row_shows()) << what_ << ", cycle " << cycle;
  }
  const std::string& what() const { return what_; }

 private:
  /// True if the south edge shows the registers of the bottom row.
  bool bottom_row_shows() const {
    const hw::StateField& sums = cycle_.table.fields()[0];
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
  uint32_t cycles_;
  RandomEdges edges_;
  GridHarness<Grid> other_;
  GridHarness<hw::CycleGrid> cycle_;
  rtl::LockstepComparison comparison_;
  std::vector<std::byte> saved_;
};

/// Many pairs of grids side by side, because SystemC elaborates only once.
template <class Grid>
class GridPairs {
 public:
  using Pair = GridPair<Grid>;
  using MakeGrid = typename GridHarness<Grid>::MakeGrid;

  /// Faults open within the first `cycles` cycles.
  explicit GridPairs(uint32_t cycles) : cycles_(cycles) {}

  void add(const hw::GridConfig& config, uint32_t seed, const MakeGrid& make = GridHarness<Grid>::standard()) {
    pairs_.push_back(
        std::make_unique<Pair>(static_cast<int>(pairs_.size()), config, cycle_clock_, clock_, seed, cycles_, make));
  }

  template <class Action>
  void for_each(Action action) {
    for (const auto& pair : pairs_) {
      action(*pair);
    }
  }
  /// Runs from now on as cycle `first` and compares in the middle of every cycle.
  void run(uint64_t first, uint64_t cycles) {
    begin(first);
    for (uint64_t cycle = first; cycle < first + cycles; ++cycle) {
      step(cycle);
      for_each([cycle](Pair& pair) { pair.expect_equal(cycle); });
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
  /// The next edge begins cycle `first`.
  void begin(uint64_t first) {
    if (sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME) {
      sc_core::sc_start(period_ / 2);  // edges come at multiples of the period; stay between them
    }
    cycle_clock_.set_next_cycle(first);
  }
  /// Runs through one edge, to the settled middle of the cycle that it begins.
  void step(uint64_t cycle) {
    sc_core::sc_start(period_);
    ASSERT_EQ(cycle_clock_.cycle(), cycle);
    for_each([](Pair& pair) { pair.show_next_edges(); });
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

 private:
  const sc_core::sc_time period_{1, sc_core::SC_NS};
  uint32_t cycles_;
  hw::CycleClock cycle_clock_{period_};
  sc_core::sc_clock clock_{"clock", period_, 0.5, period_};
  std::vector<std::unique_ptr<Pair>> pairs_;
};

}  // namespace faultline::test
