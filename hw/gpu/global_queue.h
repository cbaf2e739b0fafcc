#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/global_memory_word.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// The way to global memory: transactions that wait, the request register, and for each read under way which entry of
/// the load-store unit and which lanes it is for. Everything stays in order.
class GlobalQueue {
 public:
  GlobalQueue(const SmConfig& config, StateTable& table);

  bool full() const { return count_.get() >= queue_; }
  /// True when no transaction waits or is under way.
  bool empty() const { return count_.get() == 0 && pending_count_.get() == 0 && request_valid_.get() == 0; }
  /// Adds a transaction for some lanes of an entry; the queue must have room. Returns its place in the queue.
  int push(const GlobalRequest& transaction, int entry, uint32_t lanes) const;
  /// Puts the next transaction into the request register when the memory is free, or takes back the last.
  void send() const;
  GlobalRequest request() const;

  struct Reader {
    int entry = 0;
    uint32_t lanes = 0;
  };
  /// For whom the answer is that arrives now.
  Reader take_reader() const;

 private:
  void issue_request(size_t place) const;
  void add_reader(size_t place) const;

  int queue_, transactions_, transaction_cycles_;
  size_t segment_;
  StateRegister<uint8_t> head_, count_, write_, entry_;
  StateRegister<uint32_t> lanes_, address_;
  StateRegister<uint64_t> bytes_;
  StateRegister<uint8_t> data_;
  StateRegister<uint8_t> busy_, request_valid_, request_write_;
  StateRegister<uint32_t> request_address_;
  StateRegister<uint64_t> request_bytes_;
  StateRegister<uint8_t> request_data_;
  StateRegister<uint16_t> pending_head_, pending_count_;
  StateRegister<uint8_t> pending_entry_;
  StateRegister<uint32_t> pending_lanes_;
};

}  // namespace faultline::hw::gpu
