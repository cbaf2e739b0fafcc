#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/engine/gpu_arithmetic.h"
#include "sim/engine/gpu_trace.h"

namespace faultline::engine {

/// Follows wrong values through a GpuTrace: what each instruction that reads one computes, where that is written, and
/// who reads it next. Differences are XORs with the golden values.
class GpuPropagation {
 public:
  GpuPropagation(const GpuTrace& trace, const hw::Multiplier& multiplier, int warp_size, int lanes)
      : trace_(trace), multiplier_(multiplier), warp_size_(warp_size), lanes_(lanes) {}

  /// Forgets everything.
  void clear();

  /// The layer whose instructions [first, end) the next follow() is about.
  void begin_layer(uint32_t first, uint32_t end);

  // Differences to begin with.
  void change_register(size_t entry, int lane, uint32_t difference, TraceCycle after);
  void change_shared(size_t word, uint32_t difference, TraceCycle after);
  /// A word of global memory that the host wrote at the layer's beginning.
  void change_global(size_t word, uint32_t difference);
  void change_operand(uint32_t instruction, int lane, size_t operand, uint32_t difference);
  /// What the instruction gives, after everything else: of a store, its data.
  void change_result(uint32_t instruction, int lane, uint32_t difference);
  /// What an arithmetic instruction computes for a thread in the fault-free run.
  uint32_t golden_result(uint32_t instruction, int lane) const {
    const TracedInstruction& traced = trace_.instructions()[instruction];
    return result_of(traced, trace_.operands(traced, lane), multiplier_);
  }
  /// A collector's operand holds something wrong from the end of a cycle on that the collector's instruction does not
  /// use any more.
  void leave_operand(uint32_t collector, size_t operand, TraceCycle after) {
    touched_.push_back({collector, static_cast<uint32_t>(operand), after});
  }
  /// A register of the machine keeps something wrong to the end of the run.
  void survive() { survives_ = true; }

  /// Follows everything up to the layer's end. False when a wrong value reaches an address or a predicate, or too many
  /// instructions.
  bool follow();

  /// Something wrong is left that a later layer reads.
  bool reaches_later_layers() const { return !tasks_.empty(); }
  /// Words of global memory that are wrong at the layer's end, with their differences.
  const std::map<size_t, uint32_t>& memory() const { return memory_; }

  enum class Residue {
    kNone,     ///< everything wrong was overwritten
    kCertain,  ///< the state at the end of the run differs
    kUnknown,  ///< a wrong value passed where nothing follows it to overwrite it
  };
  /// What is left in the machine at the end of the run, of everything that was followed.
  Residue residue() const;

 private:
  struct Change {
    std::array<uint32_t, TracedInstruction::kOperands> operand = {};
    uint32_t result = 0;
  };
  struct TouchedOperand {
    uint32_t collector, operand;
    TraceCycle after;
  };

  static uint64_t task(uint32_t instruction, int lane) {
    return uint64_t{instruction} * 32 + static_cast<uint64_t>(lane);
  }
  Change& change(uint32_t instruction, int lane);
  bool follow(uint32_t number, int lane, const Change& change);
  uint32_t difference(const TracedInstruction& traced, int lane, const Change& change) const;
  void read_registers(const GpuTrace::Accesses& accesses, size_t from, int lane, uint32_t difference);
  void store_shared(uint32_t number, int lane, uint32_t difference);
  void store_global(uint32_t number, int lane, uint32_t difference);
  /// Readers of a word, from an access on; returns what is wrong of it at the end of the list or of the layer.
  uint32_t read_words(const GpuTrace::Accesses& accesses, size_t from, uint32_t difference, bool to_layer_end);
  bool nothing_follows(uint32_t number) const;
  Residue operand_residue(const TouchedOperand& touched) const;

  const GpuTrace& trace_;
  const hw::Multiplier& multiplier_;
  int warp_size_, lanes_;
  uint32_t layer_first_ = 0, layer_end_ = 0;
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> tasks_;
  std::unordered_map<uint64_t, Change> changes_;
  std::map<size_t, uint32_t> memory_;
  std::vector<uint32_t> followed_;  ///< instructions
  std::vector<TouchedOperand> touched_;
  bool survives_ = false;
};

}  // namespace faultline::engine
