#include "sim/engine/gpu_revaluation.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "sim/engine/gpu_arithmetic.h"

namespace faultline::engine {
namespace {

using hw::gpu::Unit;

bool moves_words(const TracedInstruction& traced) {
  return hw::gpu::access_bytes(traced.instruction.opcode) == 4;
}

}  // namespace

/// Lists every movement of the trace and keeps those of values that depend on an input.
class GpuRevaluation::Planner {
 public:
  Planner(const GpuTrace& trace, const hw::gpu::SmConfig& config)
      : trace_(trace),
        warp_size_(config.warp_size),
        lanes_(config.lanes),
        reached_(trace.instructions().size()),
        registers_(static_cast<size_t>(config.register_entries)),
        shared_(static_cast<size_t>(config.shared_bytes) / 4),
        global_(static_cast<size_t>(config.global_bytes) / 4) {}

  /// The movements that depend on an input, in order; nothing when one is an address or a predicate.
  std::vector<Move> plan(const std::vector<HostInput>& inputs) {
    list(inputs);
    std::stable_sort(all_.begin(), all_.end(), [](const Move& a, const Move& b) {
      return std::tuple(a.cycle, a.kind) < std::tuple(b.cycle, b.kind);
    });
    std::vector<Move> kept;
    for (Move& move : all_) {
      move.mask = move.kind == Move::Kind::kHost ? reach(inputs[move.instruction]) : reach(move);
      if (move.mask != 0) {
        kept.push_back(move);
      }
    }
    return kept;
  }
  bool fixed() const { return fixed_; }

 private:
  /// The threads in which an instruction reads or loads what depends on an input.
  using Reached = std::array<uint32_t, TracedInstruction::kOperands + 1>;

  void list(const std::vector<HostInput>& inputs) {
    for (size_t number = 0; number < inputs.size(); ++number) {
      Move host;
      host.cycle = inputs[number].cycle;
      host.instruction = static_cast<uint32_t>(number);
      all_.push_back(host);
    }
    for (size_t entry = 0; entry < registers_.size(); ++entry) {
      list(trace_.registers(entry), entry, Move::Kind::kRead, Move::Kind::kWrite);
    }
    for (size_t word = 0; word < shared_.size(); ++word) {
      list(trace_.shared(word), word, Move::Kind::kLoad, Move::Kind::kStore);
    }
    for (const auto& [word, accesses] : trace_.global()) {
      list(accesses, word, Move::Kind::kLoad, Move::Kind::kStore);
    }
  }
  void list(const GpuTrace::Accesses& accesses, size_t place, Move::Kind reads, Move::Kind writes) {
    for (const TraceAccess& access : accesses) {
      const bool written = access.operand == TraceAccess::kWritten;
      all_.push_back({access.cycle, access.instruction, static_cast<uint32_t>(place), 0, written ? writes : reads,
                      access.lane, written ? uint8_t{0} : static_cast<uint8_t>(access.operand)});
    }
  }

  uint32_t reach(const HostInput& input) {
    for (int64_t byte = input.address; byte < input.address + input.bytes; ++byte) {
      global_[static_cast<size_t>(byte / 4)] |= uint32_t{0xff} << (8 * (byte % 4));
    }
    return ~uint32_t{0};
  }
  /// The part of a movement that depends on an input.
  uint32_t reach(const Move& move) {
    const TracedInstruction& traced = trace_.instructions()[move.instruction];
    Reached& reached = reached_[move.instruction];
    switch (move.kind) {
      case Move::Kind::kHost:
        break;
      case Move::Kind::kRead: {
        const uint32_t threads = registers_[move.place] & traced.active;
        reached[move.operand] |= threads;
        const bool addresses = traced.info().unit == Unit::kMemory && move.operand < 2;
        fixed_ = fixed_ && (threads == 0 || !(addresses || traced.info().writes_predicate));
        return threads;
      }
      case Move::Kind::kWrite: {
        const uint32_t written = traced.active & beat_of(traced, move.lane);
        uint32_t threads = 0;
        for (const uint32_t operand : reached) {
          threads |= operand;
        }
        registers_[move.place] = (registers_[move.place] & ~written) | (threads & written);
        return threads & written;
      }
      case Move::Kind::kLoad: {
        const uint32_t bits = memory_of(traced)[move.place] & trace_.bytes_of(traced, move.lane);
        reached[TracedInstruction::kResult] |= bits == 0 ? 0 : uint32_t{1} << move.lane;
        return bits;
      }
      case Move::Kind::kStore: {
        const uint32_t bits = trace_.bytes_of(traced, move.lane);
        const bool reaches = (reached[2] >> move.lane & 1) != 0;
        uint32_t& word = memory_of(traced)[move.place];
        word = reaches ? word | bits : word & ~bits;
        return reaches ? bits : 0;
      }
    }
    return 0;
  }
  /// The threads that a unit writes together with this one.
  uint32_t beat_of(const TracedInstruction& traced, int first) const {
    const int width = traced.info().unit == Unit::kMemory ? warp_size_ : lanes_;
    return static_cast<uint32_t>(((uint64_t{1} << width) - 1) << first);
  }
  std::vector<uint32_t>& memory_of(const TracedInstruction& traced) {
    return hw::gpu::is_global(traced.instruction.opcode) ? global_ : shared_;
  }

  const GpuTrace& trace_;
  int warp_size_, lanes_;
  std::vector<Move> all_;
  std::vector<Reached> reached_;           ///< by instruction
  std::vector<uint32_t> registers_;        ///< threads, by entry
  std::vector<uint32_t> shared_, global_;  ///< bits, by word
  bool fixed_ = true;
};

GpuRevaluation::GpuRevaluation(const GpuTrace& trace, const hw::gpu::SmConfig& config, const hw::Multiplier& multiplier,
                               const std::vector<HostInput>& inputs)
    : multiplier_(multiplier),
      warp_size_(static_cast<size_t>(config.warp_size)),
      inputs_(inputs),
      registers_(static_cast<size_t>(config.register_entries) * warp_size_),
      shared_(static_cast<size_t>(config.shared_bytes) / 4),
      global_(static_cast<size_t>(config.global_bytes) / 4) {
  Planner planner(trace, config);
  moves_ = planner.plan(inputs);
  possible_ = planner.fixed();
}

std::vector<uint32_t>& GpuRevaluation::memory_of(const TracedInstruction& traced) {
  return hw::gpu::is_global(traced.instruction.opcode) ? global_ : shared_;
}

void GpuRevaluation::apply(GpuTrace& trace, const std::vector<const int8_t*>& inputs) {
  for (const Move& move : moves_) {
    switch (move.kind) {
      case Move::Kind::kHost: {
        const HostInput& input = inputs_[move.instruction];
        std::copy_n(inputs[move.instruction], input.bytes, reinterpret_cast<int8_t*>(global_.data()) + input.address);
        break;
      }
      case Move::Kind::kRead:
        read(trace, move);
        break;
      case Move::Kind::kWrite:
        write(trace, move);
        break;
      case Move::Kind::kLoad:
        load(trace, move);
        break;
      case Move::Kind::kStore:
        store(trace, move);
        break;
    }
  }
}

void GpuRevaluation::read(GpuTrace& trace, const Move& move) const {
  const TracedInstruction& traced = trace.instructions()[move.instruction];
  for (uint32_t threads = move.mask; threads != 0; threads &= threads - 1) {
    const int lane = __builtin_ctz(threads);
    trace.set_value(traced, move.operand, lane, registers_[move.place * warp_size_ + static_cast<size_t>(lane)]);
  }
}

void GpuRevaluation::write(const GpuTrace& trace, const Move& move) {
  const TracedInstruction& traced = trace.instructions()[move.instruction];
  for (uint32_t threads = move.mask; threads != 0; threads &= threads - 1) {
    const int lane = __builtin_ctz(threads);
    registers_[move.place * warp_size_ + static_cast<size_t>(lane)] =
        traced.loads() ? trace.value(traced, TracedInstruction::kResult, lane)
                       : result_of(traced, trace.operands(traced, lane), multiplier_);
  }
}

void GpuRevaluation::load(GpuTrace& trace, const Move& move) {
  const TracedInstruction& traced = trace.instructions()[move.instruction];
  const uint32_t word = memory_of(traced)[move.place];
  uint32_t loaded = 0;
  if (moves_words(traced)) {
    loaded = (trace.value(traced, TracedInstruction::kResult, move.lane) & ~move.mask) | (word & move.mask);
  } else {
    const auto byte = static_cast<int8_t>(word >> (8 * (trace.address(traced, move.lane) & 3)));
    loaded = static_cast<uint32_t>(int32_t{byte});
  }
  trace.set_value(traced, TracedInstruction::kResult, move.lane, loaded);
}

void GpuRevaluation::store(const GpuTrace& trace, const Move& move) {
  const TracedInstruction& traced = trace.instructions()[move.instruction];
  const uint32_t data = trace.value(traced, 2, move.lane);
  const uint32_t shift = moves_words(traced) ? 0 : 8 * (trace.address(traced, move.lane) & 3);
  uint32_t& word = memory_of(traced)[move.place];
  word = (word & ~move.mask) | (data << shift & move.mask);
}

}  // namespace faultline::engine
