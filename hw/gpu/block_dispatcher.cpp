#include "hw/gpu/block_dispatcher.h"

#include <algorithm>
#include <limits>

namespace faultline::hw::gpu {

BlockDispatcher::BlockDispatcher(const SmConfig& config, StateTable& table, const LaunchRegisters& launch,
                                 const WarpTable& warps, const InstructionFetch& fetch, const Scoreboard& scoreboard)
    : config_(config),
      launch_(launch),
      warps_(warps),
      fetch_(fetch),
      scoreboard_(scoreboard),
      next_x_(table, "dispatcher.next_x", 16),
      next_y_(table, "dispatcher.next_y", 16),
      age_(table, "dispatcher.age", 32),
      valid_(table, "block[*].valid", 1, {config.blocks}),
      block_x_(table, "block[*].x", 16, {config.blocks}),
      block_y_(table, "block[*].y", 16, {config.blocks}) {}

int BlockDispatcher::warps_per_block() const {
  return (launch_.threads.get() + config_.warp_size - 1) / config_.warp_size;
}

int BlockDispatcher::resident_blocks() const {
  const int warps = warps_per_block();
  const int registers = launch_.registers.get();
  if (warps == 0 || registers == 0 || launch_.grid_x.get() == 0 || launch_.grid_y.get() == 0 ||
      launch_.shared_bytes.get() % 4 != 0) {
    return 0;
  }
  const int by_registers = config_.register_entries / (warps * registers);
  const int by_shared = launch_.shared_bytes.get() == 0
                            ? std::numeric_limits<int>::max()
                            : config_.shared_bytes / static_cast<int>(launch_.shared_bytes.get());
  return std::min({config_.blocks, config_.warps / warps, by_registers, by_shared});
}

void BlockDispatcher::begin() const {
  next_x_.set(0);
  next_y_.set(0);
  age_.set(0);
}

void BlockDispatcher::step() const {
  retire_warps();
  open_barriers();
  retire_blocks();
  start_block();
}

bool BlockDispatcher::done() const {
  const uint8_t* valid = valid_.data();
  return next_y_.get() >= launch_.grid_y.get() &&
         std::none_of(valid, valid + config_.blocks, [](uint8_t bit) { return bit != 0; });
}

void BlockDispatcher::retire_warps() const {
  for (int warp = 0; warp < config_.warps; ++warp) {
    if (warps_.valid(warp) && warps_.alive(warp) == 0 && warps_.in_flight(warp) == 0) {
      warps_.release(warp);
    }
  }
}

/// A barrier opens when every living thread of the block waits at it.
void BlockDispatcher::open_barriers() const {
  uint32_t waits = 0;  // a bit per block
  uint32_t runs = 0;
  for (int warp = 0; warp < config_.warps; ++warp) {
    if (warps_.valid(warp)) {
      const uint32_t block = uint32_t{1} << warps_.block(warp);
      waits |= (warps_.waiting(warp) & warps_.alive(warp)) != 0 ? block : 0;
      runs |= warps_.runnable(warp) != 0 ? block : 0;
    }
  }
  const uint32_t open = waits & ~runs;
  if (open == 0) {
    return;
  }
  for (int warp = 0; warp < config_.warps; ++warp) {
    if (warps_.valid(warp) && (open >> warps_.block(warp) & 1) != 0) {
      warps_.leave_barrier(warp);
      const uint16_t expected = fetch_.expected(warp);
      const uint16_t next = warps_.next_instruction(warp, expected);
      if (next != expected) {
        fetch_.redirect(warp, next);
      }
    }
  }
}

void BlockDispatcher::retire_blocks() const {
  uint32_t in_use = 0;
  for (int warp = 0; warp < config_.warps; ++warp) {
    in_use |= warps_.valid(warp) ? uint32_t{1} << warps_.block(warp) : 0;
  }
  for (int slot = 0; slot < config_.blocks; ++slot) {
    if ((in_use >> slot & 1) == 0) {
      valid_.set(0, static_cast<size_t>(slot));
    }
  }
}

void BlockDispatcher::start_block() const {
  if (next_y_.get() >= launch_.grid_y.get()) {
    return;
  }
  const int slots = resident_blocks();
  for (int slot = 0; slot < slots; ++slot) {
    const auto s = static_cast<size_t>(slot);
    if (valid_.get(s) == 0) {
      valid_.set(1, s);
      block_x_.set(next_x_.get(), s);
      block_y_.set(next_y_.get(), s);
      start_warps(slot);
      advance();
      return;
    }
  }
}

void BlockDispatcher::start_warps(int slot) const {
  const int count = warps_per_block();
  int first_thread = 0;
  for (int warp = slot * count; warp < std::min((slot + 1) * count, config_.warps); ++warp) {
    warps_.start(warp, slot, first_thread, launch_.threads.get() - first_thread, launch_.entry.get(), age_.get());
    scoreboard_.clear_all(warp);
    fetch_.redirect(warp, launch_.entry.get());
    first_thread += config_.warp_size;
    age_.set(int64_t{age_.get()} + 1);
  }
}

void BlockDispatcher::advance() const {
  next_x_.set(next_x_.get() + 1);
  if (next_x_.get() >= launch_.grid_x.get()) {
    next_x_.set(0);
    next_y_.set(next_y_.get() + 1);
  }
}

}  // namespace faultline::hw::gpu
