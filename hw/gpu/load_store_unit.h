#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/block_dispatcher.h"
#include "hw/gpu/global_memory_word.h"
#include "hw/gpu/global_queue.h"
#include "hw/gpu/pipeline_control.h"
#include "hw/gpu/shared_memory.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_probe.h"
#include "hw/gpu/sm_statistics.h"
#include "hw/gpu/writeback.h"

namespace faultline::hw::gpu {

/// The load-store unit: takes one memory instruction a cycle and works on them in order.
///
/// A shared access takes as many cycles as the most words that its lanes want of one bank. A global access makes one
/// transaction a cycle, one for each segment that its lanes touch. Loads wait for their data side by side; one is
/// written back per cycle.
class LoadStoreUnit {
 public:
  LoadStoreUnit(const SmConfig& config, StateTable& table, const LaunchRegisters& launch, const WarpTable& warps,
                const BlockDispatcher& blocks, const SharedMemory& shared, const GlobalQueue& queue);

  /// Takes an answer of the memory into the entry that waits for it.
  void receive(const GlobalResponse& response) const;
  /// Ends at most one load whose data is there.
  void write_back(const Writeback& writeback) const;
  /// One cycle of the oldest instruction that still has to access memory. False: an address is illegal.
  bool access(const Writeback& writeback, SmStatistics& statistics) const;
  /// True when another instruction can be accepted.
  bool has_room() const;
  /// Takes an instruction of a whole warp: the addresses are a + b, the data c. Returns the entry that holds it.
  int accept(const Beat& instruction) const;

  /// Shows `probe` what accesses memory; nullptr: nobody.
  void watch(SmProbe* probe) { probe_ = probe; }

 private:
  enum State : uint8_t { kFree = 0, kQueued = 1, kWaiting = 2 };

  static size_t at(int entry) { return static_cast<size_t>(entry); }
  uint32_t* lanes_of(const StateRegister<uint32_t>& field, int entry) const {
    return field.data() + at(entry) * static_cast<size_t>(warp_size_);
  }
  bool legal(int entry) const;
  void access_shared(int entry, SmStatistics& statistics) const;
  void access_global(int entry, SmStatistics& statistics) const;
  uint32_t shared_base(int entry) const;
  void finish_access(int entry, const Writeback& writeback) const;
  void end(int entry, const Writeback& writeback) const;
  bool global(int entry) const { return is_global(static_cast<Opcode>(opcode_.get(at(entry)))); }
  int bytes(int entry) const { return access_bytes(static_cast<Opcode>(opcode_.get(at(entry)))); }
  bool store(int entry) const { return is_store(static_cast<Opcode>(opcode_.get(at(entry)))); }

  int entries_, warps_count_, warp_size_, shared_latency_;
  uint32_t segment_;
  uint64_t global_bytes_;
  const LaunchRegisters& launch_;
  const WarpTable& warps_;
  const BlockDispatcher& blocks_;
  const SharedMemory& shared_;
  const GlobalQueue& queue_;
  SmProbe* probe_ = nullptr;
  StateRegister<uint8_t> state_, warp_, opcode_, destination_, outstanding_, timer_;
  StateRegister<uint32_t> active_, pending_, address_, data_;
  StateRegister<uint8_t> order_, order_head_, order_count_, turn_;
};

}  // namespace faultline::hw::gpu
