#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// Where each thread of each resident warp stands: program counters, what has exited, what waits at a barrier, and the
/// predicates. Threads of a warp that stand at the smallest program counter run together, so paths that part meet again
/// where the program joins them.
class WarpTable {
 public:
  WarpTable(const SmConfig& config, StateTable& table);

  /// Puts a warp of `threads` threads at `entry`; its block is in slot `block`, its first thread is `first_thread`.
  void start(int warp, int block, int first_thread, int threads, uint16_t entry, uint32_t age) const;
  void release(int warp) const { valid_.set(0, at(warp)); }

  bool valid(int warp) const { return valid_.get(at(warp)) != 0; }
  int block(int warp) const { return block_.get(at(warp)); }
  int first_thread(int warp) const { return first_thread_.get(at(warp)); }
  uint32_t age(int warp) const { return age_.get(at(warp)); }

  /// Threads that exist and have not exited.
  uint32_t alive(int warp) const { return threads_.get(at(warp)) & ~exited_.get(at(warp)); }
  /// Threads that can run now.
  uint32_t runnable(int warp) const { return alive(warp) & ~waiting_.get(at(warp)); }
  uint32_t waiting(int warp) const { return waiting_.get(at(warp)); }
  /// The runnable threads that stand at an instruction.
  uint32_t threads_at(int warp, uint16_t instruction) const;
  /// The smallest program counter of the runnable threads; `otherwise` when there is none.
  uint16_t next_instruction(int warp, uint16_t otherwise) const;
  void set_counters(int warp, uint32_t threads, uint16_t instruction) const;

  void exit(int warp, uint32_t threads) const { exited_.set(exited_.get(at(warp)) | threads, at(warp)); }
  void wait_at_barrier(int warp, uint32_t threads) const { waiting_.set(waiting_.get(at(warp)) | threads, at(warp)); }
  void leave_barrier(int warp) const { waiting_.set(0, at(warp)); }

  /// The threads for which a guard holds.
  uint32_t guarded(int warp, uint8_t predicate, bool negated) const;
  /// Writes a predicate of some threads. Predicate 7 keeps being true.
  void set_predicate(int warp, uint8_t predicate, uint32_t threads, uint32_t values) const;

  /// Instructions between issue and the end of their work.
  int in_flight(int warp) const { return in_flight_.get(at(warp)); }
  void add_in_flight(int warp, int change) const { in_flight_.set(in_flight_.get(at(warp)) + change, at(warp)); }

 private:
  static size_t at(int warp) { return static_cast<size_t>(warp); }

  int warp_size_;
  uint32_t full_mask_;
  StateRegister<uint8_t> valid_, block_;
  StateRegister<uint16_t> first_thread_;
  StateRegister<uint32_t> age_, threads_, exited_, waiting_, predicate_;
  StateRegister<uint8_t> in_flight_;
  StateRegister<uint16_t> counter_;
};

}  // namespace faultline::hw::gpu
