#pragma once

#include <systemc>

#include "hw/memory/dram_core.h"

namespace faultline::hw {

/// SystemC shell of DramCore: the other side of the accelerator's DRAM handshake.
class Dram : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<DramRequest> request{"request"};
  sc_core::sc_out<DramResponse> response{"response"};

  /// `content` and `table` must outlive the module.
  Dram(const sc_core::sc_module_name& name, int latency, DramContent& content, StateTable& table);

  /// After reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  DramCore core_;
};

}  // namespace faultline::hw
