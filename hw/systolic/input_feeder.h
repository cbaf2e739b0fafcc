#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/input_feeder_core.h"

namespace faultline::hw {

/// SystemC shell of InputFeederCore.
class InputFeeder : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<InputWord> word{"word"};
  sc_core::sc_in<CommandDescriptor> command{"command"};
  sc_core::sc_in<BufferWrite> write{"write"};
  sc_core::sc_in<PoolRequest> pool_request{"pool_request"};
  sc_core::sc_in<ColumnMap> columns{"columns"};
  sc_core::sc_out<OperandEdge> edge{"edge"};
  sc_core::sc_out<PoolData> pool_data{"pool_data"};

  InputFeeder(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
              const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();
  void write_outputs();

  const CycleClock& cycles_;
  InputFeederCore core_;
};

}  // namespace faultline::hw
