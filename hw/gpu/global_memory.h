#pragma once

#include <systemc>

#include "hw/gpu/global_memory_core.h"

namespace faultline::hw::gpu {

/// SystemC shell of GlobalMemoryCore: the other side of the multiprocessor's memory port.
class GlobalMemory : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<GlobalRequest> request{"request"};
  sc_core::sc_out<GlobalResponse> response{"response"};

  /// `content` and `table` must outlive the module.
  GlobalMemory(const sc_core::sc_module_name& name, const SmConfig& config, DramContent& content, StateTable& table);

  /// After reset or a restored snapshot.
  void drive();

 private:
  void on_edge();

  GlobalMemoryCore core_;
};

}  // namespace faultline::hw::gpu
