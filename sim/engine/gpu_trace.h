#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_probe.h"

namespace faultline::engine {

/// Cycles of a trace; runs are shorter than 2^32 - 1 cycles.
using TraceCycle = uint32_t;
constexpr TraceCycle kNotTraced = ~TraceCycle{0};

/// One instruction of a warp that a unit executed, with what its threads read.
struct TracedInstruction {
  static constexpr size_t kOperands = 4;  ///< a, b, c and the register after c
  static constexpr size_t kResult = 4;    ///< of a load

  hw::gpu::Instruction instruction;
  uint8_t warp = 0;
  uint8_t partition = 0;
  uint16_t collector = 0;    ///< over all partitions
  int16_t entry = -1;        ///< of the load-store unit
  uint32_t base = 0;         ///< of the block's shared memory, where it is accessed
  uint32_t active = 0;       ///< threads
  uint32_t destination = 0;  ///< register-file entry
  std::array<TraceCycle, kOperands> read = {kNotTraced, kNotTraced, kNotTraced,
                                            kNotTraced};           ///< from the register file
  TraceCycle dispatched = kNotTraced;                              ///< the first beat; the others follow, one a cycle
  TraceCycle first_access = kNotTraced, last_access = kNotTraced;  ///< of memory
  TraceCycle last_answer = kNotTraced;  ///< of a load: its data is whole at the end of this cycle
  TraceCycle ended = kNotTraced;        ///< a load writes back
  uint32_t values = 0;                  ///< place of its rows in the pool
  std::array<int8_t, kOperands + 1> row = {-1, -1, -1, -1, -1};  ///< of operands and result, or -1

  const hw::gpu::OpcodeInfo& info() const { return instruction.info(); }
  bool loads() const { return info().unit == hw::gpu::Unit::kMemory && info().writes_register; }
  bool stores() const { return info().unit == hw::gpu::Unit::kMemory && !info().writes_register; }
};

/// When something that a value may lie in is used.
struct TraceAccess {
  TraceCycle cycle = 0;
  uint32_t instruction = 0;
  uint8_t lane = 0;           ///< of shared and global memory; of registers the first lane that is written
  int8_t operand = kWritten;  ///< that is read

  static constexpr int8_t kWritten = -1;
};

/// Every data movement of one fault-free inference on a GPU, in order, with an index by place.
///
/// Instructions are numbered in the order in which units took them; what one writes only later ones read.
class GpuTrace {
 public:
  using Accesses = std::vector<TraceAccess>;

  explicit GpuTrace(const hw::gpu::SmConfig& config);

  const std::vector<TracedInstruction>& instructions() const { return instructions_; }
  /// Golden value of an operand, or of a load's result (kResult), in a thread. The row must be there.
  uint32_t value(const TracedInstruction& traced, size_t operand, int lane) const {
    return pool_[traced.values + static_cast<size_t>(traced.row[operand]) * warp_size_ + static_cast<size_t>(lane)];
  }
  void set_value(const TracedInstruction& traced, size_t operand, int lane, uint32_t value) {
    pool_[traced.values + static_cast<size_t>(traced.row[operand]) * warp_size_ + static_cast<size_t>(lane)] = value;
  }
  /// The address that a thread accesses: operand a's row holds it for memory instructions.
  uint32_t address(const TracedInstruction& traced, int lane) const { return value(traced, 0, lane); }

  /// The bits of a word that a thread's memory instruction moves.
  uint32_t bytes_of(const TracedInstruction& traced, int lane) const {
    return hw::gpu::access_bytes(traced.instruction.opcode) == 4 ? ~uint32_t{0}
                                                                 : uint32_t{0xff} << (8 * (address(traced, lane) & 3));
  }

  /// Golden operands of a thread of an arithmetic instruction; 0 where it reads none.
  std::array<uint32_t, TracedInstruction::kOperands> operands(const TracedInstruction& traced, int lane) const;

  /// Of an entry of the register file, in order.
  const Accesses& registers(size_t entry) const { return registers_[entry]; }
  /// Of a word of shared memory.
  const Accesses& shared(size_t word) const { return shared_[word]; }
  /// Of a word of global memory; `cycle` is that of the transaction's start.
  const Accesses& global(size_t word) const;
  /// Every word of global memory that is accessed, with its accesses.
  const std::vector<std::pair<uint32_t, Accesses>>& global() const { return global_; }
  /// Instructions that a partition's unit took, in order.
  const std::vector<uint32_t>& unit(hw::gpu::Unit which, int partition) const {
    return units_[static_cast<size_t>(partition) * 2 + (which == hw::gpu::Unit::kMac ? 1 : 0)];
  }
  /// Instructions that a collector held, an entry of the load-store unit held.
  const std::vector<uint32_t>& collector(size_t number) const { return collectors_[number]; }
  const std::vector<uint32_t>& entry(size_t number) const { return entries_[number]; }
  /// The last instruction that stored through each place of the global queue, and through the request register.
  const std::vector<uint32_t>& last_writers() const { return last_writers_; }

  /// No other instruction with products of the same kind (8 bits, wide) follows on the same multipliers.
  bool is_last_of_its_products(uint32_t number) const;

  /// The cycle at whose edge a thread's result is written.
  TraceCycle written(const TracedInstruction& traced, int lane) const;
  /// The cycle in which the unit takes a thread's beat.
  TraceCycle taken(const TracedInstruction& traced, int lane) const {
    return traced.dispatched + static_cast<TraceCycle>(traced.loads() || traced.stores() ? 0 : lane / lanes_);
  }

  class Recorder;

 private:
  void index();

  size_t warp_size_;
  int lanes_, alu_stages_, mac_stages_;
  std::vector<TracedInstruction> instructions_;
  std::vector<uint32_t> pool_;
  std::vector<Accesses> registers_, shared_;
  std::vector<std::pair<uint32_t, Accesses>> global_;  ///< by word, sorted
  std::vector<std::vector<uint32_t>> units_, collectors_, entries_;
  std::vector<uint32_t> last_writers_;
  std::vector<std::array<uint32_t, 2>> last_products_;  ///< by partition: with 8-bit, with wide products
};

/// Makes the trace of a run that it watches.
class GpuTrace::Recorder : public hw::gpu::SmProbe {
 public:
  Recorder(const hw::gpu::SmConfig& config, const hw::StateTable& table);

  void on_cycle(uint64_t cycle) override { cycle_ = static_cast<TraceCycle>(cycle); }
  void on_issue(int collector, int warp, const hw::gpu::Instruction& instruction, uint32_t active) override;
  void on_operand(int collector, int operand) override;
  void on_beat(int collector, const hw::gpu::Beat& beat, int lanes) override;
  void on_entry(int collector, int entry) override;
  void on_shared_access(int entry, uint32_t lanes, uint32_t base, const uint32_t* addresses) override;
  void on_transaction(int entry, uint32_t lanes, const uint32_t* addresses, int place) override;
  void on_answer(int entry) override;
  void on_load_end(int entry, const uint32_t* data) override;

  /// The trace; the recorder is spent.
  GpuTrace finish();

 private:
  TracedInstruction& of_entry(int entry) { return trace_.instructions_[held_[static_cast<size_t>(entry)]]; }
  void add_row(TracedInstruction& traced, size_t operand, const uint32_t* lanes);
  void keep_values(TracedInstruction& traced, const hw::gpu::Beat& beat);
  void add_access(TracedInstruction& traced);

  const hw::gpu::SmConfig config_;
  const hw::StateTable& table_;
  size_t registers_field_;
  GpuTrace trace_;
  TraceCycle cycle_ = 0;
  std::vector<TracedInstruction> collected_;  ///< by collector: not yet taken
  std::vector<uint32_t> number_;              ///< by collector: since its first beat
  std::vector<uint32_t> held_;                ///< by entry of the load-store unit
  std::vector<std::pair<uint32_t, TraceAccess>> global_;
};

}  // namespace faultline::engine
