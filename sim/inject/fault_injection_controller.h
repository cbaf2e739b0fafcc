#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <systemc>
#include <tlm>
#include <vector>

#include <tlm_utils/multi_passthrough_target_socket.h>

#include "hw/common/cycle_clock.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/fault/fault_taps.h"
#include "sim/inject/fault_register_map.h"

namespace faultline::inject {

/// The TLM-2.0 target through which faults are injected into the running simulation: fault_register_map.h is its
/// memory map, docs/fault-model.md its meaning.
///
/// b_transport honours the annotated delay (it waits for it, so that a write takes effect at its own time); with a
/// delay of zero it may also be called while no process runs, between two runs. Faults armed or removed at time t act
/// from the first clock edge after t, edges at t itself excluded, whatever the order of processes. transport_dbg costs
/// no time; it reads both windows and writes neither. Bad accesses set a response status and change nothing:
/// TLM_ADDRESS_ERROR_RESPONSE outside both windows or for a field or element that does not exist,
/// TLM_BURST_ERROR_RESPONSE for a length or alignment that the window does not take,
/// TLM_BYTE_ENABLE_ERROR_RESPONSE for byte enables, TLM_COMMAND_ERROR_RESPONSE for neither a read nor a write, for a
/// write to a read-only register or a refused arming (kStatus says why), TLM_GENERIC_ERROR_RESPONSE for a delay that
/// the calling process cannot wait for. DMI is never granted: it would bypass the faults.
class FaultInjectionController : public sc_core::sc_module {
 public:
  /// Takes any number of initiators, or none: the platform binds its own, a testbench may bind more.
  tlm_utils::multi_passthrough_target_socket<FaultInjectionController, 32, tlm::tlm_base_protocol_types, 0,
                                             sc_core::SC_ZERO_OR_MORE_BOUND>
      socket{"socket"};

  /// `table` and what `taps_of_field` returns must outlive the controller. `taps_of_field` gives the taps of the block
  /// that owns an injectable field; it is called once every block has added its fields.
  FaultInjectionController(const sc_core::sc_module_name& name, hw::StateTable& table,
                           std::function<hw::FaultTaps&(size_t field)> taps_of_field, const hw::CycleClock& clock);

 private:
  void b_transport(int initiator, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned int transport_dbg(int initiator, tlm::tlm_generic_payload& transaction);

  /// Serves one access without time passing; sets the response status. Returns the number of bytes moved.
  unsigned int access(tlm::tlm_generic_payload& transaction, bool debug);
  unsigned int access_registers(tlm::tlm_generic_payload& transaction, bool debug);
  unsigned int read_values(tlm::tlm_generic_payload& transaction);

  uint32_t read_register(uint64_t offset) const;
  /// False when the write is refused.
  bool write_register(uint64_t offset, uint32_t value);

  bool arm();
  void disarm();
  /// Runs `change` now between two runs, otherwise once every process of this instant has run.
  void schedule(std::function<void()> change);
  void commit();

  const hw::StateField* selected_field() const;
  /// The taps of all blocks, each once.
  std::set<hw::FaultTaps*> taps() const;
  uint64_t next_cycle() const { return clock_.cycle() + 1; }
  uint32_t status() const;
  uint64_t hit_count() const;
  uint64_t site_count() const;

  hw::StateTable& table_;
  std::function<hw::FaultTaps&(size_t field)> taps_of_field_;
  const hw::CycleClock& clock_;

  static constexpr size_t kWords = kRegisterBytes / 4;
  uint32_t words_[kWords] = {};  ///< what was written to the writable registers
  uint32_t refusal_ = 0;         ///< FaultStatus bits of the last arming
  std::vector<std::function<void()>> scheduled_;
  sc_core::sc_event changes_scheduled_;
};

}  // namespace faultline::inject
