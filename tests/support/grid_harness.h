#pragma once

#include <functional>
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
  using MakeGrid = std::function<std::unique_ptr<Grid>(const char* name, const hw::GridConfig&, hw::StateTable&,
                                                       hw::FaultTaps&, const hw::CycleClock&)>;

  /// The implementation's usual constructor.
  static MakeGrid standard() {
    return [](const char* name, const hw::GridConfig& config, hw::StateTable& state, hw::FaultTaps& forced,
              const hw::CycleClock& clock) { return std::make_unique<Grid>(name, config, state, forced, clock); };
  }

  GridHarness(const std::string& name, const hw::GridConfig& config, const hw::CycleClock& cycle_clock,
              sc_core::sc_signal_in_if<bool>& clock, const MakeGrid& make = standard())
      : west((name + "_west").c_str()),
        north((name + "_north").c_str()),
        drain((name + "_drain").c_str()),
        south((name + "_south").c_str()),
        taps(&table),
        made(make(name.c_str(), config, table, taps, cycle_clock)),
        grid(*made) {
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
  std::unique_ptr<Grid> made;
  Grid& grid;
};

}  // namespace faultline::test
