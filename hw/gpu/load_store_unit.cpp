#include "hw/gpu/load_store_unit.h"

#include <algorithm>
#include <array>

namespace faultline::hw::gpu {
namespace {

constexpr int kMostBanks = 64;

/// Bytes of a segment, little-endian, as a word or as a byte with its sign. The bytes lie inside.
uint32_t extract(const uint8_t* segment, int bytes) {
  if (bytes == 1) {
    return static_cast<uint32_t>(int32_t{static_cast<int8_t>(segment[0])});
  }
  uint32_t word = 0;
  std::memcpy(&word, segment, sizeof word);
  return word;
}

}  // namespace

LoadStoreUnit::LoadStoreUnit(const SmConfig& config, StateTable& table, const LaunchRegisters& launch,
                             const WarpTable& warps, const BlockDispatcher& blocks, const SharedMemory& shared,
                             const GlobalQueue& queue)
    : entries_(config.memory_instructions),
      warps_count_(config.warps),
      warp_size_(config.warp_size),
      shared_latency_(config.shared_latency),
      segment_(static_cast<uint32_t>(config.segment_bytes)),
      global_bytes_(static_cast<uint64_t>(config.global_bytes)),
      launch_(launch),
      warps_(warps),
      blocks_(blocks),
      shared_(shared),
      queue_(queue),
      state_(table, "load_store.entry[*].state", 2, {entries_}),
      warp_(table, "load_store.entry[*].warp", 6, {entries_}),
      opcode_(table, "load_store.entry[*].opcode", kOpcodeBits, {entries_}),
      destination_(table, "load_store.entry[*].destination", kRegisterBits, {entries_}),
      outstanding_(table, "load_store.entry[*].outstanding", 6, {entries_}),
      timer_(table, "load_store.entry[*].timer", 8, {entries_}),
      active_(table, "load_store.entry[*].active", config.warp_size, {entries_}),
      pending_(table, "load_store.entry[*].pending", config.warp_size, {entries_}),
      address_(table, "load_store.entry[*].lane[*].address", 32, {entries_, config.warp_size}),
      data_(table, "load_store.entry[*].lane[*].data", 32, {entries_, config.warp_size}),
      order_(table, "load_store.order[*]", 6, {entries_}),
      order_head_(table, "load_store.order_head", 6),
      order_count_(table, "load_store.order_count", 7),
      turn_(table, "load_store.turn", 6) {}

void LoadStoreUnit::receive(const GlobalResponse& response) const {
  if (!response.valid) {
    return;
  }
  const GlobalQueue::Reader reader = queue_.take_reader();
  if (reader.entry >= entries_ || state_.get(at(reader.entry)) == kFree) {
    return;
  }
  const uint32_t* addresses = lanes_of(address_, reader.entry);
  uint32_t* data = lanes_of(data_, reader.entry);
  const int count = bytes(reader.entry);
  for (int lane = 0; lane < warp_size_; ++lane) {
    if ((reader.lanes >> lane & 1) != 0) {
      const uint32_t offset = addresses[lane] & (segment_ - 1) & ~static_cast<uint32_t>(count - 1);
      data[lane] = extract(response.data.data() + offset, count);
    }
  }
  outstanding_.set(outstanding_.get(at(reader.entry)) - 1, at(reader.entry));
  if (probe_ != nullptr) {
    probe_->on_answer(reader.entry);
  }
}

void LoadStoreUnit::write_back(const Writeback& writeback) const {
  const int start = turn_.get() % entries_;
  bool ended = false;
  for (int i = 0; i < entries_; ++i) {
    const int entry = (start + i) % entries_;
    if (state_.get(at(entry)) != kWaiting) {
      continue;
    }
    if (timer_.get(at(entry)) != 0) {
      timer_.set(timer_.get(at(entry)) - 1, at(entry));
    } else if (!ended && outstanding_.get(at(entry)) == 0) {
      if (probe_ != nullptr) {
        probe_->on_load_end(entry, lanes_of(data_, entry));
      }
      end(entry, writeback);
      turn_.set((entry + 1) % entries_);
      ended = true;
    }
  }
}

void LoadStoreUnit::end(int entry, const Writeback& writeback) const {
  state_.set(kFree, at(entry));
  writeback.write({warp_.get(at(entry)), opcode_.get(at(entry)), destination_.get(at(entry)), 0, warp_size_,
                   active_.get(at(entry)), lanes_of(data_, entry), true});
}

bool LoadStoreUnit::access(const Writeback& writeback, SmStatistics& statistics) const {
  if (order_count_.get() == 0) {
    return true;
  }
  const int entry = order_.get(static_cast<size_t>(order_head_.get() % entries_)) % entries_;
  if (!legal(entry)) {
    return false;
  }
  if (global(entry)) {
    access_global(entry, statistics);
  } else {
    access_shared(entry, statistics);
  }
  if (pending_.get(at(entry)) == 0) {
    finish_access(entry, writeback);
  }
  return true;
}

/// Every address that is still to be accessed is aligned and inside its memory.
bool LoadStoreUnit::legal(int entry) const {
  const auto count = static_cast<uint64_t>(bytes(entry));
  const uint64_t limit = global(entry) ? global_bytes_ : launch_.shared_bytes.get();
  const uint32_t pending = pending_.get(at(entry));
  const uint32_t* addresses = lanes_of(address_, entry);
  for (int lane = 0; lane < warp_size_; ++lane) {
    if ((pending >> lane & 1) != 0 && (addresses[lane] + count > limit || addresses[lane] % count != 0)) {
      return false;
    }
  }
  return global(entry) || shared_.contains(uint64_t{shared_base(entry)} + limit, 0);
}

/// Where the shared memory of the entry's block begins.
uint32_t LoadStoreUnit::shared_base(int entry) const {
  const int warp = warp_.get(at(entry));
  return blocks_.shared_base(warp < warps_count_ ? warps_.block(warp) : 0);
}

/// Serves the first waiting lane and every other that wants another bank, or the same word.
void LoadStoreUnit::access_shared(int entry, SmStatistics& statistics) const {
  constexpr uint32_t kUnused = ~uint32_t{0};
  std::array<uint32_t, kMostBanks> word_of_bank;
  word_of_bank.fill(kUnused);
  const uint32_t base = shared_base(entry);
  const uint32_t pending = pending_.get(at(entry));
  const uint32_t* addresses = lanes_of(address_, entry);
  uint32_t* data = lanes_of(data_, entry);
  uint32_t served = 0;
  for (int lane = 0; lane < warp_size_; ++lane) {
    const uint32_t address = base + addresses[lane];
    uint32_t& word = word_of_bank[shared_.bank(address)];
    if ((pending >> lane & 1) == 0 || (word != kUnused && word != address / 4)) {
      continue;
    }
    word = address / 4;
    served |= uint32_t{1} << lane;
    if (store(entry)) {
      shared_.write(address, bytes(entry), data[lane]);
    } else {
      data[lane] = shared_.read(address, bytes(entry));
    }
  }
  if (probe_ != nullptr) {
    probe_->on_shared_access(entry, served, base, addresses);
  }
  pending_.set(pending & ~served, at(entry));
  statistics.shared_conflicts += (pending & ~served) != 0 ? 1 : 0;
}

/// Makes one transaction: of the segment that the first waiting lane wants.
void LoadStoreUnit::access_global(int entry, SmStatistics& statistics) const {
  const uint32_t pending = pending_.get(at(entry));
  if (pending == 0 || queue_.full()) {
    return;
  }
  const uint32_t* addresses = lanes_of(address_, entry);
  const uint32_t* data = lanes_of(data_, entry);
  const auto count = static_cast<uint32_t>(bytes(entry));
  GlobalRequest transaction;
  transaction.valid = true;
  transaction.write = store(entry);
  int first = 0;
  while ((pending >> first & 1) == 0) {
    ++first;
  }
  transaction.address = addresses[first] & ~(segment_ - 1);
  uint32_t lanes = 0;
  for (int lane = first; lane < warp_size_; ++lane) {
    if ((pending >> lane & 1) == 0 || (addresses[lane] & ~(segment_ - 1)) != transaction.address) {
      continue;
    }
    lanes |= uint32_t{1} << lane;
    if (transaction.write) {
      const uint32_t offset = addresses[lane] & (segment_ - 1);
      for (uint32_t byte = 0; byte < count; ++byte) {
        transaction.data[offset + byte] = static_cast<uint8_t>(data[lane] >> (8 * byte));
        transaction.bytes |= uint64_t{1} << (offset + byte);
      }
    }
  }
  const int place = queue_.push(transaction, entry, lanes);
  if (probe_ != nullptr) {
    probe_->on_transaction(entry, lanes, addresses, place);
  }
  statistics.global_accesses += pending == active_.get(at(entry)) ? 1 : 0;
  ++statistics.global_transactions;
  pending_.set(pending & ~lanes, at(entry));
  outstanding_.set(outstanding_.get(at(entry)) + (transaction.write ? 0 : 1), at(entry));
}

/// All lanes have accessed memory: the next instruction's turn. Stores are done, loads wait for their data.
void LoadStoreUnit::finish_access(int entry, const Writeback& writeback) const {
  order_head_.set((order_head_.get() + 1) % entries_);
  order_count_.set(order_count_.get() - 1);
  if (store(entry)) {
    end(entry, writeback);
    return;
  }
  state_.set(kWaiting, at(entry));
  timer_.set(global(entry) ? 0 : shared_latency_ - 1, at(entry));
}

bool LoadStoreUnit::has_room() const {
  const uint8_t* state = state_.data();
  return order_count_.get() < entries_ && std::find(state, state + entries_, uint8_t{kFree}) != state + entries_;
}

int LoadStoreUnit::accept(const Beat& instruction) const {
  const uint8_t* state = state_.data();
  const auto entry = static_cast<int>(std::find(state, state + entries_, uint8_t{kFree}) - state);
  state_.set(kQueued, at(entry));
  warp_.set(instruction.warp, at(entry));
  opcode_.set(static_cast<int64_t>(instruction.instruction.opcode), at(entry));
  destination_.set(instruction.instruction.rd, at(entry));
  outstanding_.set(0, at(entry));
  timer_.set(0, at(entry));
  active_.set(instruction.mask, at(entry));
  pending_.set(instruction.mask, at(entry));
  uint32_t* addresses = lanes_of(address_, entry);
  uint32_t* data = lanes_of(data_, entry);
  for (int lane = 0; lane < warp_size_; ++lane) {
    addresses[lane] = instruction.a[lane] + instruction.b[lane];
    data[lane] = instruction.c[lane];
  }
  order_.set(entry, static_cast<size_t>((order_head_.get() + order_count_.get()) % entries_));
  order_count_.set(order_count_.get() + 1);
  return entry;
}

}  // namespace faultline::hw::gpu
