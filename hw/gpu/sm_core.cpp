#include "hw/gpu/sm_core.h"

#include <algorithm>

namespace faultline::hw::gpu {
namespace {

const SmConfig& validated(const SmConfig& config) {
  config.validate();
  return config;
}

int bit_count(uint32_t bits) {
  int count = 0;
  for (; bits != 0; bits &= bits - 1) {
    ++count;
  }
  return count;
}

}  // namespace

SmCore::SmCore(const SmConfig& config, StateTable& table, FaultTaps& taps)
    : config_(validated(config)),
      taps_(taps),
      policy_(scheduling_policy(config.scheduler)),
      state_(table, "control.state", 2),
      cause_(table, "control.cause", 2),
      last_issued_(table, "scheduler[*].last_issued", 6, {config.partitions}),
      memory_turn_(table, "load_store.partition", 3),
      launch_(table),
      warps_(config_, table),
      scoreboard_(config_, table),
      fetch_(config_, table),
      blocks_(config_, table, launch_, warps_, fetch_, scoreboard_),
      registers_(config_, table),
      collectors_(config_, table, registers_),
      alu_(config_, table, taps),
      mac_(config_, table, taps),
      shared_(config_, table),
      queue_(config_, table),
      load_store_(config_, table, launch_, warps_, blocks_, shared_, queue_),
      writeback_(config_, launch_, warps_, registers_, scoreboard_),
      second_operand_(static_cast<size_t>(config.warp_size)) {}

void SmCore::step(const Inputs& inputs, uint64_t cycle) {
  const uint8_t state = state_.get();
  if (state == kRunning) {
    run(inputs.response, cycle);
  } else if (state == kIdle && inputs.launch_valid) {
    take_launch(inputs.launch);
  } else if (state != kIdle && state != kTrapped) {
    state_.set(kTrapped);
  }
  if (!taps_.empty()) {
    taps_.apply_registers(cycle);
  }
}

void SmCore::take_launch(const KernelLaunch& launch) const {
  launch_.take(launch);
  if (blocks_.resident_blocks() == 0) {
    trap(Cause::kIllegalLaunch);
    return;
  }
  blocks_.begin();
  state_.set(kRunning);
}

void SmCore::trap(Cause cause) const {
  state_.set(kTrapped);
  cause_.set(static_cast<int64_t>(cause));
}

void SmCore::watch(SmProbe* probe) {
  probe_ = probe;
  collectors_.watch(probe);
  load_store_.watch(probe);
}

void SmCore::run(const GlobalResponse& response, uint64_t cycle) {
  if (probe_ != nullptr) {
    probe_->on_cycle(cycle);
  }
  count_warps();
  load_store_.receive(response);
  load_store_.write_back(writeback_);
  for (int partition = 0; partition < config_.partitions; ++partition) {
    alu_.advance(partition, cycle, writeback_);
    mac_.advance(partition, cycle, writeback_);
  }
  queue_.send();
  if (!load_store_.access(writeback_, statistics_) || response.error) {
    trap(Cause::kIllegalAddress);
  }
  dispatch_memory();
  for (int partition = 0; partition < config_.partitions; ++partition) {
    dispatch_to(Unit::kAlu, partition);
    dispatch_to(Unit::kMac, partition);
    collectors_.read(partition, launch_.registers.get(), statistics_);
    issue(partition);
  }
  fetch_.step(warps_);
  blocks_.step();
  if (state_.get() == kRunning && blocks_.done() && queue_.empty()) {
    state_.set(kIdle);
  }
}

void SmCore::count_warps() {
  ++statistics_.cycles;
  for (int warp = 0; warp < config_.warps; ++warp) {
    statistics_.resident_warp_cycles += warps_.valid(warp) ? 1 : 0;
    statistics_.barrier_cycles += warps_.valid(warp) && warps_.waiting(warp) != 0 ? 1 : 0;
  }
}

/// The collector whose instruction a unit takes a beat of: one that it has begun, or the first in turn that has all its
/// operands; -1: none.
int SmCore::collector_for(Unit unit, int partition) const {
  int chosen = -1;
  const int count = collectors_.per_partition();
  for (int i = 0; i < count; ++i) {
    const int collector = collectors_.first(partition) + (collectors_.turn(partition) + i) % count;
    if (!collectors_.complete(collector)) {
      continue;
    }
    const OpcodeInfo* info = opcode_info(collectors_.word(collector) & ((1U << kOpcodeBits) - 1));
    if (info == nullptr || info->unit != unit) {
      continue;
    }
    if (collectors_.beat(collector) != 0) {
      return collector;
    }
    chosen = chosen < 0 ? collector : chosen;
  }
  return chosen;
}

void SmCore::dispatch_to(Unit unit, int partition) {
  const int collector = collector_for(unit, partition);
  if (collector < 0) {
    return;
  }
  const Instruction instruction = *Instruction::decode(collectors_.word(collector));
  const int number = collectors_.beat(collector) % config_.beats();
  const Beat beat = beat_of(collector, instruction, number, config_.lanes);
  if (probe_ != nullptr) {
    probe_->on_beat(collector, beat, config_.lanes);
  }
  if (unit == Unit::kAlu) {
    alu_.accept(partition, beat);
  } else {
    mac_.accept(partition, beat);
  }
  if (number + 1 == config_.beats()) {
    collectors_.release(collector);
  } else {
    collectors_.set_beat(collector, number + 1);
  }
}

void SmCore::dispatch_memory() {
  if (!load_store_.has_room()) {
    return;
  }
  for (int i = 0; i < config_.partitions; ++i) {
    const int partition = (memory_turn_.get() + i) % config_.partitions;
    const int collector = collector_for(Unit::kMemory, partition);
    if (collector >= 0) {
      const Instruction instruction = *Instruction::decode(collectors_.word(collector));
      const Beat beat = beat_of(collector, instruction, 0, config_.warp_size);
      const int entry = load_store_.accept(beat);
      if (probe_ != nullptr) {
        probe_->on_beat(collector, beat, config_.warp_size);
        probe_->on_entry(collector, entry);
      }
      collectors_.release(collector);
      memory_turn_.set((partition + 1) % config_.partitions);
      return;
    }
  }
}

Beat SmCore::beat_of(int collector, const Instruction& instruction, int number, int lanes) {
  const int first = number * lanes;
  const uint32_t mask = lanes == 32 ? ~uint32_t{0} : (uint32_t{1} << lanes) - 1;
  Beat beat;
  beat.warp = collectors_.warp(collector);
  beat.instruction = instruction;
  beat.number = number;
  beat.mask = (collectors_.threads(collector) >> first) & mask;
  beat.a = collectors_.operand(collector, OperandCollectors::kA) + first;
  beat.b = second_operand(collector, instruction) + first;
  beat.c = collectors_.operand(collector, OperandCollectors::kC) + first;
  beat.d = collectors_.operand(collector, OperandCollectors::kD) + first;
  return beat;
}

/// Operand b of every lane: read from the register file, or made here.
const uint32_t* SmCore::second_operand(int collector, const Instruction& instruction) {
  const bool made_here = instruction.opcode == Opcode::kS2r || instruction.opcode == Opcode::kLdp;
  if (!made_here && !instruction.immediate) {
    return collectors_.operand(collector, OperandCollectors::kB);
  }
  for (int lane = 0; lane < config_.warp_size; ++lane) {
    second_operand_[static_cast<size_t>(lane)] =
        made_here ? special(instruction, collectors_.warp(collector), lane) : instruction.b;
  }
  return second_operand_.data();
}

/// What S2R and LDP give; 0 for numbers that name nothing.
uint32_t SmCore::special(const Instruction& instruction, int warp, int lane) const {
  if (instruction.opcode == Opcode::kLdp) {
    return instruction.b < kParameters ? launch_.parameter.get(instruction.b) : 0;
  }
  if (warp >= config_.warps || instruction.b >= kSpecialRegisters) {
    return 0;
  }
  const int block = warps_.block(warp);
  const std::array<int, kSpecialRegisters> values = {warps_.first_thread(warp) + lane,
                                                     launch_.threads.get(),
                                                     blocks_.block_x(block),
                                                     blocks_.block_y(block),
                                                     lane,
                                                     warp};
  return static_cast<uint32_t>(values[instruction.b]);
}

void SmCore::issue(int partition) {
  candidates_.clear();
  for (int warp = partition; warp < config_.warps; warp += config_.partitions) {
    if (warps_.valid(warp) && fetch_.ready(warp) && can_issue(partition, warp)) {
      candidates_.push_back(warp);
    }
  }
  const auto p = static_cast<size_t>(partition);
  if (candidates_.empty()) {
    ++statistics_.idle_issue_slots;
    return;
  }
  const int warp = policy_.choose(candidates_, last_issued_.get(p), warps_);
  last_issued_.set(warp, p);
  issue_warp(partition, warp);
}

/// Its opcode exists and every register that it names belongs to the thread.
bool SmCore::legal(const std::optional<Instruction>& instruction) const {
  return instruction && instruction->largest_register() < launch_.registers.get();
}

bool SmCore::can_issue(int partition, int warp) const {
  if (warps_.runnable(warp) == 0) {
    return false;
  }
  const auto instruction = Instruction::decode(fetch_.word(warp));
  if (!legal(instruction)) {
    return true;  // traps
  }
  if (scoreboard_.blocks(warp, *instruction)) {
    return false;
  }
  if (instruction->info().unit == Unit::kControl) {
    return instruction->opcode != Opcode::kBar || !collectors_.holds_memory(partition, warp);
  }
  return collectors_.find_free(partition) >= 0 && !collectors_.holds_back(partition, warp, *instruction);
}

void SmCore::issue_warp(int partition, int warp) {
  const uint16_t address = fetch_.address(warp);
  const uint32_t threads = warps_.threads_at(warp, address);
  if (threads == 0) {
    fetch_.redirect(warp, warps_.next_instruction(warp, address));
    return;
  }
  const auto instruction = Instruction::decode(fetch_.word(warp));
  if (!legal(instruction)) {
    trap(Cause::kIllegalInstruction);
    return;
  }
  const uint32_t active = threads & warps_.guarded(warp, instruction->guard, instruction->guard_negated);
  ++statistics_.instructions;
  statistics_.thread_instructions += static_cast<uint64_t>(bit_count(active));
  warps_.set_counters(warp, threads, static_cast<uint16_t>(address + 1));
  if (instruction->info().unit == Unit::kControl) {
    execute_control(warp, *instruction, threads, active);
  } else if (active != 0) {
    send_to_collector(partition, warp, *instruction, active);
  }
  fetch_.pop(warp);
  follow(warp);
}

void SmCore::execute_control(int warp, const Instruction& instruction, uint32_t threads, uint32_t active) const {
  if (instruction.opcode == Opcode::kBra) {
    warps_.set_counters(warp, threads & active, static_cast<uint16_t>(instruction.b));
  } else if (instruction.opcode == Opcode::kBar) {
    warps_.wait_at_barrier(warp, active);
  } else if (instruction.opcode == Opcode::kExit) {
    warps_.exit(warp, active);
  }
}

void SmCore::send_to_collector(int partition, int warp, const Instruction& instruction, uint32_t active) const {
  const int collector = collectors_.find_free(partition);
  collectors_.allocate(collector, warp, fetch_.word(warp), active);
  if (probe_ != nullptr) {
    probe_->on_issue(collector, warp, instruction, active);
  }
  scoreboard_.set(warp, instruction);
  warps_.add_in_flight(warp, 1);
}

/// Fetches from where the warp goes on, unless that is on its way already.
void SmCore::follow(int warp) const {
  const uint16_t expected = fetch_.expected(warp);
  const uint16_t next = warps_.next_instruction(warp, expected);
  if (next != expected) {
    fetch_.redirect(warp, next);
  }
}

}  // namespace faultline::hw::gpu
