#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/spare_column_unit_core.h"

namespace faultline::hw {

/// SystemC shell of SpareColumnUnitCore.
class SpareColumnUnit : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_out<ColumnMap> columns{"columns"};

  SpareColumnUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                  FaultTaps& taps, const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  const CycleClock& cycles_;
  SpareColumnUnitCore core_;
};

}  // namespace faultline::hw
