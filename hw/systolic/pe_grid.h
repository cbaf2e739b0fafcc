#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/edge_vector.h"
#include "hw/systolic/grid_config.h"

namespace faultline::hw {

/// The grid of processing elements behind one vector signal per edge. Implementations register the same fields in the
/// state table, with the same names and meaning, and give the same bits in every cycle (docs/hardware.md, "Grid").
class PeGrid : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<OperandEdge> west{"west"};    ///< rows operands; control = load
  sc_core::sc_in<OperandEdge> north{"north"};  ///< columns operands; control = shift
  sc_core::sc_in<DrainEdge> drain{"drain"};    ///< columns bits; output-stationary only
  sc_core::sc_out<SumEdge> south{"south"};     ///< columns sums, from the registers of the bottom row

  ~PeGrid() override = default;
  /// Writes every output (and inner signal) from the state table: call after reset or a restored snapshot.
  virtual void drive() = 0;

  /// Switches all elements that have no multiplier of their own (GridConfig::selected), between two cycles. The
  /// selection is a setting of the grid, not a register: no fault strikes it, and reset does not change it.
  void select_multiplier(int selection) {
    if (selection != selection_) {
      selection_ = selection;
      multiplier_selected();
    }
  }

  /// Lets the registers and the south edge keep their values whatever the clock does, where the implementation can: for
  /// runs of which only the cycles matter. Change it before a reset; no cycle depends on a value.
  void suspend(bool suspended) { suspended_ = suspended; }

 protected:
  explicit PeGrid(const sc_core::sc_module_name& name) : sc_module(name) {}

  virtual void multiplier_selected() {}
  const int& selection() const { return selection_; }
  bool suspended() const { return suspended_; }

 private:
  int selection_ = 0;
  bool suspended_ = false;
};

}  // namespace faultline::hw
