#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/post_processing_core.h"

namespace faultline::hw {

/// SystemC shell of PostProcessingCore.
class PostProcessing : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> start{"start"};
  sc_core::sc_in<CommandDescriptor> command{"command"};
  sc_core::sc_in<SumEdge> row{"row"};
  sc_core::sc_in<PoolData> pool_data{"pool_data"};
  sc_core::sc_in<BufferWrite> write{"write"};
  sc_core::sc_in<BufferRead> read{"read"};
  sc_core::sc_in<NeuronRequest> neuron_request{"neuron_request"};
  sc_core::sc_in<NeuronWrite> neuron_write{"neuron_write"};
  sc_core::sc_out<RowRequest> row_request{"row_request"};
  sc_core::sc_out<PoolRequest> pool_request{"pool_request"};
  sc_core::sc_out<BeatData> read_data{"read_data"};
  sc_core::sc_out<uint8_t> neuron_word{"neuron_word"};
  sc_core::sc_out<UnitStatus> status{"status"};

  PostProcessing(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                 FaultTaps& taps, const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

  /// As PostProcessingCore::watch().
  void watch(ResultProbe* probe) { core_.watch(probe); }

 private:
  void on_edge();

  const CycleClock& cycles_;
  PostProcessingCore core_;
};

}  // namespace faultline::hw
