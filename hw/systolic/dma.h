#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/dma_core.h"

namespace faultline::hw {

/// SystemC shell of DmaCore.
class Dma : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> start{"start"};
  sc_core::sc_in<CommandDescriptor> command{"command"};
  sc_core::sc_in<DramResponse> response{"response"};
  sc_core::sc_in<BeatData> output_data{"output_data"};
  sc_core::sc_out<DramRequest> request{"request"};
  sc_core::sc_out<BufferWrite> write{"write"};
  sc_core::sc_out<BufferRead> read{"read"};
  sc_core::sc_out<UnitStatus> status{"status"};

  Dma(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table, FaultTaps& taps,
      const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  const CycleClock& cycles_;
  DmaCore core_;
};

}  // namespace faultline::hw
