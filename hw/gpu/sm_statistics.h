#pragma once

#include <cstdint>

namespace faultline::hw::gpu {

/// What the multiprocessor did, counted from outside: no part of its state, not injectable.
struct SmStatistics {
  uint64_t cycles = 0;                ///< with a kernel running
  uint64_t instructions = 0;          ///< issued, one per warp
  uint64_t thread_instructions = 0;   ///< issued, one per thread whose guard held
  uint64_t resident_warp_cycles = 0;  ///< warps resident, added up over the cycles
  uint64_t shared_conflicts = 0;      ///< cycles that shared accesses took beyond one each
  uint64_t register_conflicts = 0;    ///< operand reads that waited a cycle for their bank
  uint64_t global_transactions = 0;   ///< segments read or written
  uint64_t global_accesses = 0;       ///< global instructions with a thread that takes part
  uint64_t barrier_cycles = 0;        ///< warps that wait at a barrier, added up over the cycles
  uint64_t idle_issue_slots = 0;      ///< partitions that issued nothing, added up over the cycles

  SmStatistics& operator+=(const SmStatistics& other) {
    cycles += other.cycles;
    instructions += other.instructions;
    thread_instructions += other.thread_instructions;
    resident_warp_cycles += other.resident_warp_cycles;
    shared_conflicts += other.shared_conflicts;
    register_conflicts += other.register_conflicts;
    global_transactions += other.global_transactions;
    global_accesses += other.global_accesses;
    barrier_cycles += other.barrier_cycles;
    idle_issue_slots += other.idle_issue_slots;
    return *this;
  }
};

}  // namespace faultline::hw::gpu
