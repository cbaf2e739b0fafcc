#pragma once

#include <memory>
#include <string>
#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/pe_grid.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::test {

/// A grid between signals, with a state table and taps of its own. `Grid` is one of the implementations of PeGrid.
template <class Grid>
class GridHarness {
 public:
  GridHarness(const std::string& name, const hw::GridConfig& config, const hw::CycleClock& cycle_clock,
              sc_core::sc_signal_in_if<bool>& clock)
      : west((name + "_west").c_str()),
        north((name + "_north").c_str()),
        drain((name + "_drain").c_str()),
        south((name + "_south").c_str()),
        taps(&table),
        grid(name.c_str(), config, table, taps, cycle_clock) {
    grid.clock(clock);
    grid.west(west);
    grid.north(north);
    grid.drain(drain);
    grid.south(south);
  }

  /// Shows `stimulus` on the edges from the next delta cycle on.
  void show(const GridStimulus& stimulus) {
    west.write(stimulus.west);
    north.write(stimulus.north);
    drain.write(stimulus.drain);
  }

  sc_core::sc_signal<hw::OperandEdge> west;
  sc_core::sc_signal<hw::OperandEdge> north;
  sc_core::sc_signal<hw::DrainEdge> drain;
  sc_core::sc_signal<hw::SumEdge> south;
  hw::StateTable table;
  hw::FaultTaps taps;
  Grid grid;
};

}  // namespace faultline::test
