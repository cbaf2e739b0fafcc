#include "sim/engine/gpu_trace.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "hw/gpu/mac_arithmetic.h"

namespace faultline::engine {

using hw::gpu::Opcode;
using hw::gpu::Unit;

GpuTrace::GpuTrace(const hw::gpu::SmConfig& config)
    : warp_size_(static_cast<size_t>(config.warp_size)),
      lanes_(config.lanes),
      alu_stages_(config.alu_stages),
      mac_stages_(config.mac_stages),
      registers_(static_cast<size_t>(config.register_entries)),
      shared_(static_cast<size_t>(config.shared_bytes) / 4),
      units_(static_cast<size_t>(config.partitions) * 2),
      collectors_(static_cast<size_t>(config.partitions) * static_cast<size_t>(config.collectors)),
      entries_(static_cast<size_t>(config.memory_instructions)),
      last_writers_(static_cast<size_t>(config.memory_queue) + 1, 0),
      last_products_(static_cast<size_t>(config.partitions)) {}

const GpuTrace::Accesses& GpuTrace::global(size_t word) const {
  static const Accesses kNone;
  const auto found = std::lower_bound(global_.begin(), global_.end(), word,
                                      [](const auto& entry, size_t wanted) { return entry.first < wanted; });
  return found != global_.end() && found->first == word ? found->second : kNone;
}

TraceCycle GpuTrace::written(const TracedInstruction& traced, int lane) const {
  if (traced.info().unit == Unit::kMemory) {
    return traced.ended;
  }
  const int stages = traced.info().unit == Unit::kMac ? mac_stages_ : alu_stages_;
  return taken(traced, lane) + static_cast<TraceCycle>(stages);
}

std::array<uint32_t, TracedInstruction::kOperands> GpuTrace::operands(const TracedInstruction& traced, int lane) const {
  std::array<uint32_t, TracedInstruction::kOperands> values = {};
  for (size_t operand = 0; operand < values.size(); ++operand) {
    values[operand] = traced.row[operand] < 0 ? 0 : value(traced, operand, lane);
  }
  return values;
}

bool GpuTrace::is_last_of_its_products(uint32_t number) const {
  const TracedInstruction& traced = instructions_[number];
  return traced.info().unit == Unit::kMac &&
         last_products_[traced.partition][hw::gpu::is_byte_product(traced.instruction.opcode) ? 0 : 1] == number;
}

void GpuTrace::index() {
  for (size_t number = 0; number < instructions_.size(); ++number) {
    const TracedInstruction& traced = instructions_[number];
    const auto id = static_cast<uint32_t>(number);
    const hw::gpu::OpcodeInfo& info = traced.info();
    collectors_[traced.collector].push_back(id);
    if (info.unit == Unit::kMemory) {
      entries_[static_cast<size_t>(traced.entry)].push_back(id);
    } else {
      units_[size_t{traced.partition} * 2 + (info.unit == Unit::kMac ? 1 : 0)].push_back(id);
      if (info.unit == Unit::kMac) {
        last_products_[traced.partition][hw::gpu::is_byte_product(traced.instruction.opcode) ? 0 : 1] = id;
      }
    }
    if (info.writes_register && traced.destination < registers_.size()) {
      const int step = info.unit == Unit::kMemory ? static_cast<int>(warp_size_) : lanes_;
      for (int lane = 0; lane < static_cast<int>(warp_size_); lane += step) {
        registers_[traced.destination].push_back(
            {written(traced, lane), id, static_cast<uint8_t>(lane), TraceAccess::kWritten});
      }
    }
  }
  // In one cycle units write before collectors read.
  for (Accesses& accesses : registers_) {
    std::sort(accesses.begin(), accesses.end(), [](const TraceAccess& a, const TraceAccess& b) {
      return std::tuple(a.cycle, a.operand >= 0, a.instruction, a.operand) <
             std::tuple(b.cycle, b.operand >= 0, b.instruction, b.operand);
    });
  }
}

GpuTrace::Recorder::Recorder(const hw::gpu::SmConfig& config, const hw::StateTable& table)
    : config_(config),
      table_(table),
      registers_field_(table.field_index("launch.registers")),
      trace_(config),
      collected_(trace_.collectors_.size()),
      number_(trace_.collectors_.size()),
      held_(static_cast<size_t>(config.memory_instructions)) {}

void GpuTrace::Recorder::on_issue(int collector, int warp, const hw::gpu::Instruction& instruction, uint32_t active) {
  TracedInstruction traced;
  traced.instruction = instruction;
  traced.warp = static_cast<uint8_t>(warp);
  traced.partition = static_cast<uint8_t>(collector / config_.collectors);
  traced.collector = static_cast<uint16_t>(collector);
  traced.active = active;
  const auto registers = static_cast<uint32_t>(table_.peek({registers_field_, 0}));
  traced.destination = instruction.info().writes_register && instruction.rd != hw::gpu::kZeroRegister
                           ? static_cast<uint32_t>(warp) * registers + instruction.rd
                           : ~uint32_t{0};
  collected_[static_cast<size_t>(collector)] = traced;
}

void GpuTrace::Recorder::on_operand(int collector, int operand) {
  collected_[static_cast<size_t>(collector)].read[static_cast<size_t>(operand)] = cycle_;
}

void GpuTrace::Recorder::add_row(TracedInstruction& traced, size_t operand, const uint32_t* lanes) {
  const size_t row = (trace_.pool_.size() - traced.values) / trace_.warp_size_;
  traced.row[operand] = static_cast<int8_t>(row);
  trace_.pool_.insert(trace_.pool_.end(), lanes, lanes + trace_.warp_size_);
}

/// All threads' operands as the unit takes them, at the first beat: nothing changes a collector's operands after that.
void GpuTrace::Recorder::keep_values(TracedInstruction& traced, const hw::gpu::Beat& beat) {
  const hw::gpu::OpcodeInfo& info = traced.info();
  traced.values = static_cast<uint32_t>(trace_.pool_.size());
  if (info.unit == Unit::kMemory) {
    std::vector<uint32_t> addresses(trace_.warp_size_);
    std::transform(beat.a, beat.a + trace_.warp_size_, beat.b, addresses.begin(), std::plus<>());
    add_row(traced, 0, addresses.data());
  } else {
    if (info.reads_a) {
      add_row(traced, 0, beat.a);
    }
    if (info.reads_b) {
      add_row(traced, 1, beat.b);
    }
  }
  if (info.reads_c) {
    add_row(traced, 2, beat.c);
  }
  if (info.reads_c_pair) {
    add_row(traced, 3, beat.d);
  }
  if (traced.loads()) {
    const std::vector<uint32_t> none(trace_.warp_size_);
    add_row(traced, TracedInstruction::kResult, none.data());
  }
}

void GpuTrace::Recorder::on_beat(int collector, const hw::gpu::Beat& beat, int /*lanes*/) {
  if (beat.number != 0) {
    return;
  }
  TracedInstruction& traced = collected_[static_cast<size_t>(collector)];
  traced.dispatched = cycle_;
  keep_values(traced, beat);
  const auto id = static_cast<uint32_t>(trace_.instructions_.size());
  number_[static_cast<size_t>(collector)] = id;
  trace_.instructions_.push_back(traced);
  for (size_t operand = 0; operand < TracedInstruction::kOperands; ++operand) {
    if (traced.read[operand] == kNotTraced) {
      continue;
    }
    const hw::gpu::Instruction& i = traced.instruction;
    const std::array<int, TracedInstruction::kOperands> names = {i.ra, i.rb(), i.rc, i.register_after_c()};
    const auto registers = static_cast<uint32_t>(table_.peek({registers_field_, 0}));
    const uint32_t place = traced.warp * registers + static_cast<uint32_t>(names[operand]);
    if (names[operand] != hw::gpu::kZeroRegister && place < trace_.registers_.size()) {
      trace_.registers_[place].push_back({traced.read[operand], id, 0, static_cast<int8_t>(operand)});
    }
  }
}

void GpuTrace::Recorder::on_entry(int collector, int entry) {
  const uint32_t id = number_[static_cast<size_t>(collector)];
  trace_.instructions_[id].entry = static_cast<int16_t>(entry);
  held_[static_cast<size_t>(entry)] = id;
}

void GpuTrace::Recorder::add_access(TracedInstruction& traced) {
  traced.first_access = std::min(traced.first_access, cycle_);
  traced.last_access = cycle_;
}

void GpuTrace::Recorder::on_shared_access(int entry, uint32_t lanes, uint32_t base, const uint32_t* addresses) {
  TracedInstruction& traced = of_entry(entry);
  add_access(traced);
  traced.last_answer = cycle_;
  traced.base = base;
  const auto operand = traced.loads() ? static_cast<int8_t>(TracedInstruction::kResult) : TraceAccess::kWritten;
  for (int lane = 0; lane < config_.warp_size; ++lane) {
    if ((lanes >> lane & 1) != 0) {
      const size_t word = (base + addresses[lane]) / 4;
      trace_.shared_[word].push_back({cycle_, held_[static_cast<size_t>(entry)], static_cast<uint8_t>(lane), operand});
    }
  }
}

void GpuTrace::Recorder::on_transaction(int entry, uint32_t lanes, const uint32_t* addresses, int place) {
  TracedInstruction& traced = of_entry(entry);
  add_access(traced);
  const uint32_t id = held_[static_cast<size_t>(entry)];
  const auto operand = traced.loads() ? static_cast<int8_t>(TracedInstruction::kResult) : TraceAccess::kWritten;
  for (int lane = 0; lane < config_.warp_size; ++lane) {
    if ((lanes >> lane & 1) != 0) {
      global_.push_back({addresses[lane] / 4, {cycle_, id, static_cast<uint8_t>(lane), operand}});
    }
  }
  if (traced.stores()) {
    trace_.last_writers_[static_cast<size_t>(place)] = id;
    trace_.last_writers_.back() = id;
  }
}

void GpuTrace::Recorder::on_answer(int entry) {
  of_entry(entry).last_answer = cycle_;
}

void GpuTrace::Recorder::on_load_end(int entry, const uint32_t* data) {
  TracedInstruction& traced = of_entry(entry);
  traced.ended = cycle_;
  const size_t place = traced.values + static_cast<size_t>(traced.row[TracedInstruction::kResult]) * trace_.warp_size_;
  std::copy_n(data, trace_.warp_size_, trace_.pool_.begin() + static_cast<std::ptrdiff_t>(place));
}

GpuTrace GpuTrace::Recorder::finish() {
  std::stable_sort(global_.begin(), global_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [word, access] : global_) {
    if (trace_.global_.empty() || trace_.global_.back().first != word) {
      trace_.global_.emplace_back(word, Accesses());
    }
    trace_.global_.back().second.push_back(access);
  }
  trace_.index();
  return std::move(trace_);
}

}  // namespace faultline::engine
