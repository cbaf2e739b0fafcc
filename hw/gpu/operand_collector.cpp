#include "hw/gpu/operand_collector.h"

#include <algorithm>

namespace faultline::hw::gpu {

OperandCollectors::OperandCollectors(const SmConfig& config, StateTable& table, const RegisterFile& registers)
    : warp_size_(config.warp_size),
      per_partition_(config.collectors),
      registers_(registers),
      turn_(table, "collector_turn[*]", 4, {config.partitions}),
      valid_(table, "partition[*].collector[*].valid", 1, {config.partitions, config.collectors}),
      warp_(table, "partition[*].collector[*].warp", 6, {config.partitions, config.collectors}),
      missing_(table, "partition[*].collector[*].missing", kOperands, {config.partitions, config.collectors}),
      beat_(table, "partition[*].collector[*].beat", 5, {config.partitions, config.collectors}),
      word_(table, "partition[*].collector[*].word", 64, {config.partitions, config.collectors}),
      threads_(table, "partition[*].collector[*].threads", config.warp_size, {config.partitions, config.collectors}),
      operand_(table, "partition[*].collector[*].operand[*].lane[*]", 32,
               {config.partitions, config.collectors, kOperands, config.warp_size}) {}

/// The register of each operand, or -1 where there is none to read.
std::array<int, OperandCollectors::kOperands> OperandCollectors::registers_of(const Instruction& instruction) {
  const OpcodeInfo& info = instruction.info();
  return {info.reads_a ? instruction.ra : -1, instruction.reads_register_b() ? instruction.rb() : -1,
          info.reads_c ? instruction.rc : -1, info.reads_c_pair ? instruction.register_after_c() : -1};
}

int OperandCollectors::find_free(int partition) const {
  const uint8_t* begin = valid_.data() + first(partition);
  const uint8_t* free = std::find(begin, begin + per_partition_, uint8_t{0});
  return free == begin + per_partition_ ? -1 : first(partition) + static_cast<int>(free - begin);
}

void OperandCollectors::allocate(int collector, int warp, uint64_t word, uint32_t threads) const {
  const auto instruction = Instruction::decode(word);
  const auto registers = registers_of(*instruction);
  uint32_t missing = 0;
  for (size_t operand = 0; operand < kOperands; ++operand) {
    missing |= registers[operand] >= 0 ? uint32_t{1} << operand : 0;
  }
  valid_.set(1, at(collector));
  warp_.set(warp, at(collector));
  missing_.set(missing, at(collector));
  beat_.set(0, at(collector));
  word_.data()[collector] = word;
  threads_.set(threads, at(collector));
}

void OperandCollectors::read(int partition, int registers_per_thread, SmStatistics& statistics) const {
  uint32_t busy = 0;  // a bit per bank
  const int start = turn(partition);
  for (int i = 0; i < per_partition_; ++i) {
    const int collector = first(partition) + (start + i) % per_partition_;
    const auto instruction = Instruction::decode(word(collector));
    if (!valid(collector) || missing_.get(at(collector)) == 0 || !instruction) {
      continue;
    }
    const auto registers = registers_of(*instruction);
    for (size_t operand = 0; operand < kOperands; ++operand) {
      const uint32_t bit = uint32_t{1} << operand;
      if ((missing_.get(at(collector)) & bit) == 0) {
        continue;
      }
      const int number = registers[operand];
      const uint32_t bank = uint32_t{1} << (number < 0 ? 0 : registers_.bank(warp(collector), number));
      if (number >= 0 && number != kZeroRegister && (busy & bank) != 0) {
        ++statistics.register_conflicts;
        continue;
      }
      uint32_t* to = operand_.data() + (at(collector) * kOperands + operand) * static_cast<size_t>(warp_size_);
      const uint32_t* from = number < 0 ? nullptr : registers_.row(warp(collector), registers_per_thread, number);
      if (from == nullptr) {
        std::fill_n(to, warp_size_, 0);
      } else {
        std::copy_n(from, warp_size_, to);
        busy |= bank;
      }
      missing_.set(missing_.get(at(collector)) & ~bit, at(collector));
      if (probe_ != nullptr) {
        probe_->on_operand(collector, static_cast<int>(operand));
      }
    }
  }
  turn_.set((start + 1) % per_partition_, static_cast<size_t>(partition));
}

bool OperandCollectors::holds_back(int partition, int warp_number, const Instruction& instruction) const {
  const OpcodeInfo& info = instruction.info();
  for (int collector = first(partition); collector < first(partition) + per_partition_; ++collector) {
    if (!valid(collector) || warp(collector) != warp_number) {
      continue;
    }
    const auto earlier = Instruction::decode(word(collector));
    if (!earlier) {
      continue;
    }
    if (info.unit == Unit::kMemory && earlier->info().unit == Unit::kMemory) {
      return true;
    }
    const auto registers = registers_of(*earlier);
    for (size_t operand = 0; operand < kOperands; ++operand) {
      if (info.writes_register && (missing_.get(at(collector)) >> operand & 1) != 0 &&
          registers[operand] == instruction.rd) {
        return true;
      }
    }
  }
  return false;
}

bool OperandCollectors::holds_memory(int partition, int warp_number) const {
  for (int collector = first(partition); collector < first(partition) + per_partition_; ++collector) {
    const auto instruction = Instruction::decode(word(collector));
    if (valid(collector) && warp(collector) == warp_number && instruction &&
        instruction->info().unit == Unit::kMemory) {
      return true;
    }
  }
  return false;
}

}  // namespace faultline::hw::gpu
