#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/engine/gpu_trace.h"

namespace faultline::engine {

/// Turns the trace of one inference into that of another input, where no cycle depends on data: of every instruction
/// that an input reaches, what it reads and loads is computed anew; all else stays.
class GpuRevaluation {
 public:
  /// Bytes of global memory that the host writes before a layer, from `cycle` on.
  struct HostInput {
    TraceCycle cycle = 0;
    int64_t address = 0;
    int64_t bytes = 0;
  };

  /// `multiplier` must outlive this object.
  GpuRevaluation(const GpuTrace& trace, const hw::gpu::SmConfig& config, const hw::Multiplier& multiplier,
                 const std::vector<HostInput>& inputs);

  /// False when an input reaches an address or a predicate.
  bool possible() const { return possible_; }
  /// Puts the values of another inference into the trace that this was made from: `inputs` has the bytes of every
  /// HostInput. It must be possible.
  void apply(GpuTrace& trace, const std::vector<const int8_t*>& inputs);

 private:
  /// One movement of values that depend on an input.
  struct Move {
    enum class Kind : uint8_t { kHost, kLoad, kStore, kWrite, kRead };  ///< in a cycle, in this order

    TraceCycle cycle = 0;
    uint32_t instruction = 0;  ///< of kHost the number of the input
    uint32_t place = 0;        ///< word of a memory, entry of the register file
    uint32_t mask = 0;         ///< bits of the word, threads of the entry
    Kind kind = Kind::kHost;
    uint8_t lane = 0;     ///< of kLoad and kStore; of kWrite the first
    uint8_t operand = 0;  ///< of kRead
  };
  class Planner;

  std::vector<uint32_t>& memory_of(const TracedInstruction& traced);
  void read(GpuTrace& trace, const Move& move) const;
  void write(const GpuTrace& trace, const Move& move);
  void load(GpuTrace& trace, const Move& move);
  void store(const GpuTrace& trace, const Move& move);

  const hw::Multiplier& multiplier_;
  size_t warp_size_;
  std::vector<HostInput> inputs_;
  std::vector<Move> moves_;  ///< in order
  bool possible_ = true;
  // What depends on the input, as far as the moves have come.
  std::vector<uint32_t> registers_;  ///< [entry][thread]
  std::vector<uint32_t> shared_, global_;
};

}  // namespace faultline::engine
