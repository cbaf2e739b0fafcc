#pragma once

#include <cstdint>

#include "hw/gpu/instruction.h"
#include "hw/gpu/pipeline_control.h"

namespace faultline::hw::gpu {

/// Sees where data goes in a streaming multiprocessor, cycle by cycle. Collectors are numbered over all partitions.
class SmProbe {
 public:
  virtual ~SmProbe() = default;

  /// A cycle begins in which a launch runs; what follows happens in it.
  virtual void on_cycle(uint64_t cycle) = 0;
  /// A collector takes an instruction for the active threads of a warp.
  virtual void on_issue(int collector, int warp, const Instruction& instruction, uint32_t active) = 0;
  /// A collector has read an operand (OperandCollectors::Operand) from the register file.
  virtual void on_operand(int collector, int operand) = 0;
  /// A unit takes a beat of a collector's instruction: `lanes` threads.
  virtual void on_beat(int collector, const Beat& beat, int lanes) = 0;
  /// The load-store unit takes a collector's instruction, after its on_beat().
  virtual void on_entry(int collector, int entry) = 0;
  /// Lanes of an entry access shared memory, at these addresses from the beginning of the memory on.
  virtual void on_shared_access(int entry, uint32_t lanes, uint32_t base, const uint32_t* addresses) = 0;
  /// A transaction for lanes of an entry enters a place of the global queue.
  virtual void on_transaction(int entry, uint32_t lanes, const uint32_t* addresses, int place) = 0;
  /// Data has come for an entry.
  virtual void on_answer(int entry) = 0;
  /// A load writes its data back.
  virtual void on_load_end(int entry, const uint32_t* data) = 0;
};

}  // namespace faultline::hw::gpu
