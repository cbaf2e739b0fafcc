#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "hw/systolic/pe_grid.h"
#include "hw/systolic/processing_element.h"

namespace faultline::hw {

/// The grid as one module per processing element with signals between neighbours: the readable reference.
///
/// Register faults are applied one delta cycle after the edge, when every element has taken its next values; the
/// elements then drive their signals once more.
class StructuralGrid : public PeGrid {
 public:
  StructuralGrid(const sc_core::sc_module_name& name, const GridConfig& config, StateTable& table, FaultTaps& taps,
                 const CycleClock& cycle_clock);
  ~StructuralGrid() override;

  void drive() override;

 private:
  // An element drives its signals at the edge and, after a register fault, on behalf of another process.
  template <typename T>
  using Wires = sc_core::sc_vector<sc_core::sc_signal<T, sc_core::SC_MANY_WRITERS>>;

  void connect(ProcessingElement& element, int row, int column);
  void spread_west();
  void spread_columns();
  void gather_south();
  void on_edge();
  void perturb_registers();

  /// Positions in the vectors of signals: what lies west of, or north of, an element.
  size_t west_of(int row, int column) const {
    return static_cast<size_t>(row) * static_cast<size_t>(config_.columns + 1) + static_cast<size_t>(column);
  }
  size_t north_of(int row, int column) const {
    return static_cast<size_t>(row) * static_cast<size_t>(config_.columns) + static_cast<size_t>(column);
  }

  const GridConfig config_;
  FaultTaps& taps_;
  const CycleClock& cycle_clock_;
  GridState state_;
  Wires<Operand> eastward_;      ///< rows x (columns + 1), the first of each row from the west edge
  Wires<Operand> southward_;     ///< (rows + 1) x columns, the first row from the north edge
  Wires<int64_t> sums_;          ///< (rows + 1) x columns; the first row stays 0, the last is the south edge
  Wires<bool> column_controls_;  ///< one per column
  std::vector<std::unique_ptr<ProcessingElement>> elements_;
  sc_core::sc_event registers_taken_;
};

}  // namespace faultline::hw
