#pragma once

#include <array>
#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/register_file.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_probe.h"
#include "hw/gpu/sm_statistics.h"

namespace faultline::hw::gpu {

/// The operand collectors of all partitions: each holds an issued instruction until its registers have been read, one
/// register per bank and cycle, and its unit has taken it.
class OperandCollectors {
 public:
  static constexpr int kOperands = 4;  ///< a, b, c and the register after c
  enum Operand { kA, kB, kC, kD };

  OperandCollectors(const SmConfig& config, StateTable& table, const RegisterFile& registers);

  /// Reads operands for every collector of a partition; `registers_per_thread` is the launch's.
  void read(int partition, int registers_per_thread, SmStatistics& statistics) const;

  /// Shows `probe` what is read; nullptr: nobody.
  void watch(SmProbe* probe) { probe_ = probe; }

  /// A free collector of the partition, or -1.
  int find_free(int partition) const;
  void allocate(int collector, int warp, uint64_t word, uint32_t threads) const;
  void release(int collector) const { valid_.set(0, at(collector)); }

  /// True when an earlier instruction of the warp, still in a collector, must come before this one: it has yet to read
  /// what this one writes, or both use the memory.
  bool holds_back(int partition, int warp, const Instruction& instruction) const;
  /// True when a memory instruction of the warp is in a collector.
  bool holds_memory(int partition, int warp) const;

  int first(int partition) const { return partition * per_partition_; }
  int per_partition() const { return per_partition_; }
  /// The collector that is served first in this cycle, counted within the partition.
  int turn(int partition) const { return turn_.get(static_cast<size_t>(partition)) % per_partition_; }

  bool valid(int collector) const { return valid_.get(at(collector)) != 0; }
  bool complete(int collector) const { return valid(collector) && missing_.get(at(collector)) == 0; }
  int warp(int collector) const { return warp_.get(at(collector)); }
  uint64_t word(int collector) const { return word_.get(at(collector)); }
  uint32_t threads(int collector) const { return threads_.get(at(collector)); }
  /// The beat that the unit takes next.
  int beat(int collector) const { return beat_.get(at(collector)); }
  void set_beat(int collector, int beat) const { beat_.set(beat, at(collector)); }
  const uint32_t* operand(int collector, Operand which) const {
    return operand_.data() + (at(collector) * kOperands + which) * static_cast<size_t>(warp_size_);
  }

 private:
  static size_t at(int collector) { return static_cast<size_t>(collector); }
  static std::array<int, kOperands> registers_of(const Instruction& instruction);

  int warp_size_;
  int per_partition_;
  const RegisterFile& registers_;
  SmProbe* probe_ = nullptr;
  StateRegister<uint8_t> turn_, valid_, warp_, missing_, beat_;
  StateRegister<uint64_t> word_;
  StateRegister<uint32_t> threads_, operand_;
};

}  // namespace faultline::hw::gpu
