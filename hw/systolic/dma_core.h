#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Moves rows of bytes between DRAM and the buffers, one beat a cycle, several beats in flight.
///
/// States: 0 idle, 1 load, 2 store, 3 failed (an address that DRAM refused; stays until reset).
class DmaCore {
 public:
  struct Inputs {
    bool start;
    const CommandDescriptor& command;
    const DramResponse& response;
    const BeatData& output_data;  ///< what the output buffer read for the request of the cycle before
  };

  DmaCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);

  DramRequest request() const;
  BufferWrite write() const;
  BufferRead read() const;
  UnitStatus status() const { return {done_.get() != 0, state_.get() == kFailed}; }

 private:
  enum State : uint8_t { kIdle = 0, kLoad = 1, kStore = 2, kFailed = 3 };

  /// Walks the beats of a transfer: byte `column` of row `row`.
  struct Cursor {
    Cursor(StateTable& table, const std::string& path);
    StateRegister<uint32_t> row, column;
  };

  void begin(const CommandDescriptor& command);
  void issue_load(const CommandDescriptor& command);
  void issue_store(const CommandDescriptor& command);
  void forward_store(const BeatData& data);
  void receive(const CommandDescriptor& command, const DramResponse& response);
  uint32_t beat(const Cursor& cursor, const CommandDescriptor& command) const;
  bool advance(const Cursor& cursor, const CommandDescriptor& command, uint32_t count) const;

  int bus_bytes_;
  FaultTaps& taps_;

  StateRegister<uint8_t> state_, done_, issuing_;
  Cursor issue_, complete_;
  StateRegister<uint32_t> dram_row_address_, buffer_row_address_;
  StateRegister<uint8_t> request_valid_, request_write_, request_count_;
  StateRegister<uint32_t> request_address_;
  StateRegister<uint8_t> request_data_;
  StateRegister<uint8_t> write_valid_, write_target_, write_count_;
  StateRegister<uint32_t> write_address_;
  StateRegister<uint8_t> write_data_;
  StateRegister<uint8_t> read_valid_, read_count_;
  StateRegister<uint32_t> read_address_, read_dram_address_;
  StateRegister<uint8_t> pending_valid_, pending_count_;
  StateRegister<uint32_t> pending_dram_address_;
};

}  // namespace faultline::hw
