#include "hw/memory/dram_core.h"

namespace faultline::hw {

DramCore::DramCore(int latency, DramContent& content, StateTable& table)
    : slots_(latency - 1),
      content_(content),
      position_(table, "dram.position", 32, {}, StateKind::kEnvironment),
      in_flight_(table, "dram.in_flight", 32, {}, StateKind::kEnvironment),
      valid_(table, "dram.pending[*].valid", 1, {latency}, StateKind::kEnvironment),
      write_(table, "dram.pending[*].write", 1, {latency}, StateKind::kEnvironment),
      count_(table, "dram.pending[*].count", 7, {latency}, StateKind::kEnvironment),
      address_(table, "dram.pending[*].address", 32, {latency}, StateKind::kEnvironment) {}

void DramCore::step(const DramRequest& request) {
  if (!request.valid && in_flight_.get() == 0) {
    if (response_.valid) {
      response_ = {};
    }
    return;
  }
  if (request.valid && request.write && content_.contains(request.address, request.count)) {
    content_.write(request.address, request.data.bytes, request.count);
  }
  in_flight_.set(in_flight_.get() + (request.valid ? 1 : 0));
  const Beat due = exchange({request.valid, request.write, request.count, request.address});
  in_flight_.set(in_flight_.get() - (due.valid ? 1 : 0));
  response_ = answer(due);
}

/// Puts a beat into the delay line and takes out the one that is due.
DramCore::Beat DramCore::exchange(const Beat& incoming) {
  if (slots_ == 0) {
    return incoming;
  }
  const size_t slot = position_.get();
  const Beat due{valid_.get(slot) != 0, write_.get(slot) != 0, count_.get(slot), address_.get(slot)};
  valid_.set(incoming.valid, slot);
  write_.set(incoming.write, slot);
  count_.set(incoming.count, slot);
  address_.set(incoming.address, slot);
  position_.set(slot + 1 == static_cast<size_t>(slots_) ? 0 : static_cast<int64_t>(slot) + 1);
  return due;
}

DramResponse DramCore::answer(const Beat& beat) const {
  DramResponse response;
  response.valid = beat.valid;
  if (!beat.valid) {
    return response;
  }
  response.error = !content_.contains(beat.address, beat.count);
  if (!response.error && !beat.write) {
    content_.read(beat.address, response.data.bytes, beat.count);
  }
  return response;
}

}  // namespace faultline::hw
