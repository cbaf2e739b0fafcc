#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/checksum_unit_core.h"

namespace faultline::hw {

/// SystemC shell of ChecksumUnitCore.
class ChecksumUnit : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<OperandEdge> west{"west"};
  sc_core::sc_in<OperandEdge> north{"north"};
  sc_core::sc_in<SumEdge> south{"south"};
  sc_core::sc_in<SumWord> word{"word"};
  sc_core::sc_out<SumCorrection> correction{"correction"};

  ChecksumUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
               const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();
  /// As PeGrid::suspend(): checking sums that are wrong would be vain.
  void suspend(bool suspended) { suspended_ = suspended; }

 private:
  void on_edge();

  const CycleClock& cycles_;
  ChecksumUnitCore core_;
  bool suspended_ = false;
};

}  // namespace faultline::hw
