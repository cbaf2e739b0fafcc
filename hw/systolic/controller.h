#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/controller_core.h"

namespace faultline::hw {

/// SystemC shell of ControllerCore.
class Controller : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> command_valid{"command_valid"};
  sc_core::sc_in<CommandDescriptor> descriptor{"descriptor"};
  sc_core::sc_in<UnitStatus> dma_status{"dma_status"};
  sc_core::sc_in<UnitStatus> post_status{"post_status"};
  sc_core::sc_in<UnitStatus> neuron_status{"neuron_status"};
  sc_core::sc_out<bool> ready{"ready"};
  sc_core::sc_out<bool> trapped{"trapped"};
  sc_core::sc_out<CommandDescriptor> command{"command"};
  sc_core::sc_out<bool> dma_start{"dma_start"};
  sc_core::sc_out<bool> post_start{"post_start"};
  sc_core::sc_out<bool> correct_start{"correct_start"};
  sc_core::sc_out<InputWord> input_word{"input_word"};
  sc_core::sc_out<WeightWord> weight_word{"weight_word"};
  sc_core::sc_out<SumWord> sum_word{"sum_word"};

  Controller(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
             const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();
  void write_outputs();

  const CycleClock& cycles_;
  ControllerCore core_;
};

}  // namespace faultline::hw
