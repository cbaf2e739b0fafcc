#include "hw/gpu/warp_table.h"

#include <algorithm>

namespace faultline::hw::gpu {

WarpTable::WarpTable(const SmConfig& config, StateTable& table)
    : warp_size_(config.warp_size),
      full_mask_(config.full_mask()),
      valid_(table, "warp[*].valid", 1, {config.warps}),
      block_(table, "warp[*].block", 5, {config.warps}),
      first_thread_(table, "warp[*].first_thread", 12, {config.warps}),
      age_(table, "warp[*].age", 32, {config.warps}),
      threads_(table, "warp[*].threads", config.warp_size, {config.warps}),
      exited_(table, "warp[*].exited", config.warp_size, {config.warps}),
      waiting_(table, "warp[*].waiting", config.warp_size, {config.warps}),
      predicate_(table, "warp[*].predicate[*]", config.warp_size, {config.warps, kPredicates}),
      in_flight_(table, "warp[*].in_flight", 7, {config.warps}),
      counter_(table, "warp[*].thread[*].program_counter", 16, {config.warps, config.warp_size}) {}

void WarpTable::start(int warp, int block, int first_thread, int threads, uint16_t entry, uint32_t age) const {
  const size_t w = at(warp);
  valid_.set(1, w);
  block_.set(block, w);
  first_thread_.set(first_thread, w);
  age_.set(age, w);
  threads_.set(static_cast<int64_t>((uint64_t{1} << std::min(threads, warp_size_)) - 1), w);
  exited_.set(0, w);
  waiting_.set(0, w);
  in_flight_.set(0, w);
  for (size_t p = 0; p < kPredicates; ++p) {
    predicate_.set(0, w * kPredicates + p);
  }
  set_counters(warp, full_mask_, entry);
}

uint32_t WarpTable::threads_at(int warp, uint16_t instruction) const {
  const uint16_t* counters = counter_.data() + at(warp) * static_cast<size_t>(warp_size_);
  uint32_t here = 0;
  for (int lane = 0; lane < warp_size_; ++lane) {
    here |= static_cast<uint32_t>(counters[lane] == instruction) << lane;
  }
  return here & runnable(warp);
}

uint16_t WarpTable::next_instruction(int warp, uint16_t otherwise) const {
  const uint16_t* counters = counter_.data() + at(warp) * static_cast<size_t>(warp_size_);
  const uint32_t threads = runnable(warp);
  uint32_t smallest = ~uint32_t{0};
  for (int lane = 0; lane < warp_size_; ++lane) {
    const uint32_t counter = (threads >> lane & 1) != 0 ? counters[lane] : ~uint32_t{0};
    smallest = std::min(smallest, counter);
  }
  return threads == 0 ? otherwise : static_cast<uint16_t>(smallest);
}

void WarpTable::set_counters(int warp, uint32_t threads, uint16_t instruction) const {
  uint16_t* counters = counter_.data() + at(warp) * static_cast<size_t>(warp_size_);
  for (int lane = 0; lane < warp_size_; ++lane) {
    counters[lane] = (threads >> lane & 1) != 0 ? instruction : counters[lane];
  }
}

uint32_t WarpTable::guarded(int warp, uint8_t predicate, bool negated) const {
  const uint32_t values = predicate < kPredicates ? predicate_.get(at(warp) * kPredicates + predicate) : full_mask_;
  return negated ? ~values & full_mask_ : values;
}

void WarpTable::set_predicate(int warp, uint8_t predicate, uint32_t threads, uint32_t values) const {
  if (predicate < kPredicates) {
    const size_t index = at(warp) * kPredicates + predicate;
    predicate_.set((predicate_.get(index) & ~threads) | (values & threads), index);
  }
}

}  // namespace faultline::hw::gpu
