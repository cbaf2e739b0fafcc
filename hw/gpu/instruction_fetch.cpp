#include "hw/gpu/instruction_fetch.h"

namespace faultline::hw::gpu {

InstructionFetch::InstructionFetch(const SmConfig& config, StateTable& table)
    : warps_(config.warps),
      partitions_(config.partitions),
      entries_(static_cast<uint32_t>(config.instruction_entries)),
      memory_(table, "instruction_memory[*]", 64, {config.instruction_entries}, StateKind::kMemory),
      next_(table, "fetch.warp[*].next", 16, {config.warps}),
      count_(table, "fetch.warp[*].count", 2, {config.warps}),
      word_(table, "fetch.warp[*].buffer[*].word", 64, {config.warps, kBufferEntries}),
      address_(table, "fetch.warp[*].buffer[*].address", 16, {config.warps, kBufferEntries}),
      turn_(table, "fetch.partition[*].turn", 6, {config.partitions}),
      fetched_valid_(table, "fetch.partition[*].valid", 1, {config.partitions}),
      fetched_warp_(table, "fetch.partition[*].warp", 6, {config.partitions}),
      fetched_word_(table, "fetch.partition[*].word", 64, {config.partitions}),
      fetched_address_(table, "fetch.partition[*].address", 16, {config.partitions}) {}

void InstructionFetch::step(const WarpTable& warps) const {
  for (int partition = 0; partition < partitions_; ++partition) {
    decode(partition);
    fetch(partition, warps);
  }
}

void InstructionFetch::decode(int partition) const {
  const size_t p = at(partition);
  if (fetched_valid_.get(p) == 0) {
    return;
  }
  fetched_valid_.set(0, p);
  const int warp = fetched_warp_.get(p);
  if (warp >= warps_ || count_.get(at(warp)) >= kBufferEntries) {
    return;
  }
  const size_t place = at(warp) * kBufferEntries + count_.get(at(warp));
  word_.data()[place] = fetched_word_.get(p);
  address_.set(fetched_address_.get(p), place);
  count_.set(count_.get(at(warp)) + 1, at(warp));
}

void InstructionFetch::fetch(int partition, const WarpTable& warps) const {
  const size_t p = at(partition);
  const int resident = (warps_ - partition + partitions_ - 1) / partitions_;  // 0 where there are few warps
  for (int tried = 1; tried <= resident; ++tried) {
    const int turn = (turn_.get(p) + tried) % resident;
    const int warp = partition + turn * partitions_;
    if (!warps.valid(warp) || count_.get(at(warp)) >= kBufferEntries) {
      continue;
    }
    const uint16_t address = next_.get(at(warp));
    fetched_valid_.set(1, p);
    fetched_warp_.set(warp, p);
    fetched_address_.set(address, p);
    fetched_word_.data()[p] = address < entries_ ? memory_.get(address) : 0;
    next_.set(address + 1, at(warp));
    turn_.set(turn, p);
    return;
  }
}

void InstructionFetch::pop(int warp) const {
  const size_t first = at(warp) * kBufferEntries;
  const int count = count_.get(at(warp));
  for (size_t place = first; place + 1 < first + kBufferEntries; ++place) {
    word_.data()[place] = word_.get(place + 1);
    address_.set(address_.get(place + 1), place);
  }
  count_.set(count > 0 ? count - 1 : 0, at(warp));
}

void InstructionFetch::redirect(int warp, uint16_t address) const {
  count_.set(0, at(warp));
  next_.set(address, at(warp));
  const size_t p = at(warp % partitions_);
  if (fetched_warp_.get(p) == warp) {
    fetched_valid_.set(0, p);
  }
}

uint16_t InstructionFetch::expected(int warp) const {
  if (count_.get(at(warp)) != 0) {
    return address(warp);
  }
  const size_t p = at(warp % partitions_);
  return fetched_valid_.get(p) != 0 && fetched_warp_.get(p) == warp ? fetched_address_.get(p) : next_.get(at(warp));
}

}  // namespace faultline::hw::gpu
