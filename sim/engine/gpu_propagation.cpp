#include "sim/engine/gpu_propagation.h"

#include <algorithm>

#include "sim/engine/gpu_arithmetic.h"

namespace faultline::engine {
namespace {

using hw::gpu::Opcode;
using hw::gpu::Unit;
using Operands = std::array<uint32_t, TracedInstruction::kOperands>;

/// Where simulating is cheaper.
constexpr size_t kMostFollowed = 1'000'000;

/// The first access after the end of a cycle.
size_t first_after(const GpuTrace::Accesses& accesses, TraceCycle cycle) {
  const auto found =
      std::upper_bound(accesses.begin(), accesses.end(), cycle,
                       [](TraceCycle wanted, const TraceAccess& access) { return wanted < access.cycle; });
  return static_cast<size_t>(found - accesses.begin());
}

/// The access of a thread.
size_t access_of(const GpuTrace::Accesses& accesses, uint32_t instruction, int lane) {
  const auto found = std::find_if(
      std::lower_bound(accesses.begin(), accesses.end(), instruction,
                       [](const TraceAccess& access, uint32_t wanted) { return access.instruction < wanted; }),
      accesses.end(),
      [&](const TraceAccess& access) { return access.instruction == instruction && access.lane == lane; });
  return static_cast<size_t>(found - accesses.begin());
}

}  // namespace

void GpuPropagation::clear() {
  tasks_ = {};
  changes_.clear();
  memory_.clear();
  followed_.clear();
  touched_.clear();
  survives_ = false;
}

void GpuPropagation::begin_layer(uint32_t first, uint32_t end) {
  layer_first_ = first;
  layer_end_ = end;
  memory_.clear();
}

GpuPropagation::Change& GpuPropagation::change(uint32_t instruction, int lane) {
  const uint64_t key = task(instruction, lane);
  const auto [place, added] = changes_.try_emplace(key);
  if (added) {
    tasks_.push(key);
  }
  return place->second;
}

void GpuPropagation::change_operand(uint32_t instruction, int lane, size_t operand, uint32_t difference) {
  change(instruction, lane).operand[operand] ^= difference;
}

void GpuPropagation::change_result(uint32_t instruction, int lane, uint32_t difference) {
  change(instruction, lane).result ^= difference;
}

void GpuPropagation::change_register(size_t entry, int lane, uint32_t difference, TraceCycle after) {
  const GpuTrace::Accesses& accesses = trace_.registers(entry);
  read_registers(accesses, first_after(accesses, after), lane, difference);
}

/// Collectors that read a register of a thread, until it is written.
void GpuPropagation::read_registers(const GpuTrace::Accesses& accesses, size_t from, int lane, uint32_t difference) {
  for (size_t i = from; i < accesses.size(); ++i) {
    const TraceAccess& access = accesses[i];
    const TracedInstruction& traced = trace_.instructions()[access.instruction];
    const bool active = (traced.active >> lane & 1) != 0;
    if (access.operand != TraceAccess::kWritten) {
      const auto operand = static_cast<size_t>(access.operand);
      leave_operand(traced.collector, operand, access.cycle);
      if (active) {
        change_operand(access.instruction, lane, operand, difference);
      }
      continue;
    }
    const int width = traced.info().unit == Unit::kMemory ? warp_size_ : lanes_;
    if (active && lane >= access.lane && lane < access.lane + width) {
      return;
    }
  }
  survive();
}

uint32_t GpuPropagation::read_words(const GpuTrace::Accesses& accesses, size_t from, uint32_t difference,
                                    bool to_layer_end) {
  for (size_t i = from; i < accesses.size() && difference != 0; ++i) {
    const TraceAccess& access = accesses[i];
    if (to_layer_end && access.instruction >= layer_end_) {
      break;
    }
    const TracedInstruction& traced = trace_.instructions()[access.instruction];
    const uint32_t bytes = trace_.bytes_of(traced, access.lane);
    if (access.operand == TraceAccess::kWritten) {
      difference &= ~bytes;
    } else if ((difference & bytes) != 0) {
      const uint32_t shift = 8 * (trace_.address(traced, access.lane) & 3);
      const bool word = bytes == ~uint32_t{0};
      const auto byte = static_cast<int8_t>(difference >> shift);
      change_result(access.instruction, access.lane, word ? difference : static_cast<uint32_t>(int32_t{byte}));
    }
  }
  return difference;
}

void GpuPropagation::change_shared(size_t word, uint32_t difference, TraceCycle after) {
  const GpuTrace::Accesses& accesses = trace_.shared(word);
  survives_ = read_words(accesses, first_after(accesses, after), difference, false) != 0 || survives_;
}

void GpuPropagation::change_global(size_t word, uint32_t difference) {
  const GpuTrace::Accesses& accesses = trace_.global(word);
  const auto from =
      std::lower_bound(accesses.begin(), accesses.end(), layer_first_,
                       [](const TraceAccess& access, uint32_t wanted) { return access.instruction < wanted; });
  read_words(accesses, static_cast<size_t>(from - accesses.begin()), difference, true);
}

void GpuPropagation::store_shared(uint32_t number, int lane, uint32_t difference) {
  const TracedInstruction& traced = trace_.instructions()[number];
  const size_t word = (traced.base + trace_.address(traced, lane)) / 4;
  const GpuTrace::Accesses& accesses = trace_.shared(word);
  survives_ = read_words(accesses, access_of(accesses, number, lane) + 1, difference, false) != 0 || survives_;
}

void GpuPropagation::store_global(uint32_t number, int lane, uint32_t difference) {
  const size_t word = trace_.address(trace_.instructions()[number], lane) / 4;
  const GpuTrace::Accesses& accesses = trace_.global(word);
  const size_t after = access_of(accesses, number, lane) + 1;
  const uint32_t left = read_words(accesses, after, difference, true);
  if (left != 0) {
    memory_[word] |= left;
  }
}

/// By how much an instruction's result differs.
uint32_t GpuPropagation::difference(const TracedInstruction& traced, int lane, const Change& change) const {
  if (change.operand == Operands{}) {
    return change.result;
  }
  const Operands golden = trace_.operands(traced, lane);
  Operands faulty = golden;
  for (size_t i = 0; i < faulty.size(); ++i) {
    faulty[i] ^= change.operand[i];
  }
  return result_of(traced, golden, multiplier_) ^ result_of(traced, faulty, multiplier_) ^ change.result;
}

bool GpuPropagation::follow(uint32_t number, int lane, const Change& change) {
  const TracedInstruction& traced = trace_.instructions()[number];
  const hw::gpu::OpcodeInfo& info = traced.info();
  followed_.push_back(number);
  if ((traced.active >> lane & 1) == 0) {
    return true;  // nothing is written
  }
  if (info.unit == Unit::kMemory) {
    if (change.operand[0] != 0 || change.operand[1] != 0) {
      return false;
    }
    const bool byte = hw::gpu::access_bytes(traced.instruction.opcode) == 1;
    if (traced.stores()) {
      const uint32_t data = change.operand[2] ^ change.result;
      const uint32_t moved = byte ? (data & 0xff) << (8 * (trace_.address(traced, lane) & 3)) : data;
      if (moved != 0 && hw::gpu::is_global(traced.instruction.opcode)) {
        store_global(number, lane, moved);
      } else if (moved != 0) {
        store_shared(number, lane, moved);
      }
      return true;
    }
  }
  const uint32_t wrong = info.unit == Unit::kMemory ? change.result : difference(traced, lane, change);
  if (info.writes_predicate) {
    return (wrong & 1) == 0;
  }
  if (wrong != 0 && traced.destination != ~uint32_t{0}) {
    const GpuTrace::Accesses& accesses = trace_.registers(traced.destination);
    // In the cycle of the write, collectors already read what is written.
    const TraceCycle written = trace_.written(traced, lane);
    size_t from = first_after(accesses, written - 1);
    while (from < accesses.size() && accesses[from].cycle == written &&
           accesses[from].operand == TraceAccess::kWritten) {
      ++from;
    }
    read_registers(accesses, from, lane, wrong);
  }
  return true;
}

bool GpuPropagation::follow() {
  while (!tasks_.empty() && tasks_.top() < task(layer_end_, 0)) {
    const uint64_t key = tasks_.top();
    tasks_.pop();
    const auto node = changes_.extract(key);
    if (followed_.size() >= kMostFollowed ||
        !follow(static_cast<uint32_t>(key / 32), static_cast<int>(key % 32), node.mapped())) {
      return false;
    }
  }
  return true;
}

/// True when no other instruction overwrites what one leaves in the pipeline registers, entries and queues that it
/// passed.
bool GpuPropagation::nothing_follows(uint32_t number) const {
  const TracedInstruction& traced = trace_.instructions()[number];
  const Unit unit = traced.info().unit;
  if (unit == Unit::kMemory) {
    const std::vector<uint32_t>& writers = trace_.last_writers();
    return trace_.entry(static_cast<size_t>(traced.entry)).back() == number ||
           std::find(writers.begin(), writers.end(), number) != writers.end();
  }
  return trace_.unit(unit, traced.partition).back() == number || trace_.is_last_of_its_products(number);
}

GpuPropagation::Residue GpuPropagation::operand_residue(const TouchedOperand& touched) const {
  const std::vector<uint32_t>& held = trace_.collector(touched.collector);
  const auto& all = trace_.instructions();
  auto next = std::partition_point(held.begin(), held.end(),
                                   [&](uint32_t number) { return all[number].dispatched <= touched.after; });
  if (next != held.begin()) {
    --next;  // its last beats may still be taken
  }
  bool passed_last = false;
  for (; next != held.end(); ++next) {
    const TraceCycle read = all[*next].read[touched.operand];
    if (read != kNotTraced && read > touched.after) {
      return passed_last ? Residue::kUnknown : Residue::kNone;
    }
    passed_last = passed_last || nothing_follows(*next);
  }
  return Residue::kCertain;
}

GpuPropagation::Residue GpuPropagation::residue() const {
  if (survives_) {
    return Residue::kCertain;
  }
  bool unknown = std::any_of(followed_.begin(), followed_.end(), [this](uint32_t n) { return nothing_follows(n); });
  for (const TouchedOperand& touched : touched_) {
    const Residue left = operand_residue(touched);
    if (left == Residue::kCertain) {
      return left;
    }
    unknown = unknown || left == Residue::kUnknown;
  }
  return unknown ? Residue::kUnknown : Residue::kNone;
}

}  // namespace faultline::engine
