#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/neuron_unit_core.h"

namespace faultline::hw {

/// SystemC shell of NeuronUnitCore.
class NeuronUnit : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> start{"start"};
  sc_core::sc_in<CommandDescriptor> command{"command"};
  sc_core::sc_in<BufferWrite> buffer_write{"buffer_write"};
  sc_core::sc_in<uint8_t> word{"word"};
  sc_core::sc_out<NeuronRequest> request{"request"};
  sc_core::sc_out<NeuronWrite> write{"write"};
  sc_core::sc_out<UnitStatus> status{"status"};
  sc_core::sc_out<bool> repeat_request{"repeat_request"};

  NeuronUnit(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
             const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  const CycleClock& cycles_;
  NeuronUnitCore core_;
};

}  // namespace faultline::hw
