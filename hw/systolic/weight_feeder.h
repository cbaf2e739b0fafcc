#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/weight_feeder_core.h"

namespace faultline::hw {

/// SystemC shell of WeightFeederCore.
class WeightFeeder : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<WeightWord> word{"word"};
  sc_core::sc_in<CommandDescriptor> command{"command"};
  sc_core::sc_in<BufferWrite> write{"write"};
  sc_core::sc_in<ColumnMap> columns{"columns"};
  sc_core::sc_out<OperandEdge> edge{"edge"};

  WeightFeeder(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
               const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  const CycleClock& cycles_;
  WeightFeederCore core_;
};

}  // namespace faultline::hw
