#pragma once

#include <cstdint>
#include <systemc>

#include <tlm_utils/simple_initiator_socket.h>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"

namespace faultline::inject {

/// Programs a FaultInjectionController with generic payloads, as any other initiator of a platform would.
///
/// Every call takes no time. Throws std::runtime_error when the controller answers with an error response; the message
/// names the response.
class FaultInjectionInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<FaultInjectionInitiator> socket{"socket"};

  explicit FaultInjectionInitiator(const sc_core::sc_module_name& name) : sc_module(name) {}

  void arm(const hw::Fault& fault);
  void disarm();
  /// One 32-bit register, or a 64-bit value at the address of its low word.
  uint32_t read32(uint64_t address);
  uint64_t read64(uint64_t address);
  void write32(uint64_t address, uint32_t value) { transport(true, address, &value, sizeof value); }
  void write64(uint64_t address, uint64_t value) { transport(true, address, &value, sizeof value); }
  /// The value of a site over the debug interface, without disturbing the simulation.
  uint64_t peek(hw::Site site);

 private:
  void transport(bool write, uint64_t address, void* data, unsigned int bytes);
};

}  // namespace faultline::inject
