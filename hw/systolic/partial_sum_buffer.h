#pragma once

#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/partial_sum_buffer_core.h"

namespace faultline::hw {

/// SystemC shell of PartialSumBufferCore.
class PartialSumBuffer : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<SumWord> word{"word"};
  sc_core::sc_in<SumEdge> south{"south"};
  sc_core::sc_in<RowRequest> row_request{"row_request"};
  sc_core::sc_in<SumCorrection> correction{"correction"};
  sc_core::sc_in<ColumnMap> columns{"columns"};
  sc_core::sc_out<DrainEdge> drain{"drain"};
  sc_core::sc_out<SumWord> last_word{"last_word"};  ///< of the last column
  sc_core::sc_out<SumEdge> row{"row"};

  PartialSumBuffer(const sc_core::sc_module_name& name, const AcceleratorConfig& config, StateTable& table,
                   FaultTaps& taps, const CycleClock& clock_cycles);

  /// Writes every output from the state table: call after reset or a restored snapshot.
  void drive();

 private:
  void on_edge();
  void write_outputs();

  const CycleClock& cycles_;
  PartialSumBufferCore core_;
};

}  // namespace faultline::hw
