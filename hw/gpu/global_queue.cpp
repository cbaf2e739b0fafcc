#include "hw/gpu/global_queue.h"

#include <algorithm>

namespace faultline::hw::gpu {

GlobalQueue::GlobalQueue(const SmConfig& config, StateTable& table)
    : queue_(config.memory_queue),
      transactions_(config.memory_transactions),
      transaction_cycles_(config.transaction_cycles()),
      segment_(static_cast<size_t>(config.segment_bytes)),
      head_(table, "global_queue.head", 6),
      count_(table, "global_queue.count", 7),
      write_(table, "global_queue.transaction[*].write", 1, {queue_}),
      entry_(table, "global_queue.transaction[*].entry", 6, {queue_}),
      lanes_(table, "global_queue.transaction[*].lanes", config.warp_size, {queue_}),
      address_(table, "global_queue.transaction[*].address", 32, {queue_}),
      bytes_(table, "global_queue.transaction[*].bytes", config.segment_bytes, {queue_}),
      data_(table, "global_queue.transaction[*].data[*]", 8, {queue_, config.segment_bytes}),
      busy_(table, "global_queue.busy", 6),
      request_valid_(table, "global_request.valid", 1),
      request_write_(table, "global_request.write", 1),
      request_address_(table, "global_request.address", 32),
      request_bytes_(table, "global_request.bytes", config.segment_bytes),
      request_data_(table, "global_request.data[*]", 8, {config.segment_bytes}),
      pending_head_(table, "global_pending.head", 10),
      pending_count_(table, "global_pending.count", 11),
      pending_entry_(table, "global_pending.read[*].entry", 6, {transactions_}),
      pending_lanes_(table, "global_pending.read[*].lanes", config.warp_size, {transactions_}) {}

int GlobalQueue::push(const GlobalRequest& transaction, int entry, uint32_t lanes) const {
  const auto place = static_cast<size_t>((head_.get() + count_.get()) % queue_);
  write_.set(transaction.write, place);
  entry_.set(entry, place);
  lanes_.set(lanes, place);
  address_.set(transaction.address, place);
  bytes_.set(static_cast<int64_t>(transaction.bytes), place);
  if (transaction.write) {
    std::copy_n(transaction.data.data(), segment_, data_.data() + place * segment_);
  }
  count_.set(count_.get() + 1);
  return static_cast<int>(place);
}

void GlobalQueue::send() const {
  request_valid_.set(0);
  if (busy_.get() != 0) {
    busy_.set(busy_.get() - 1);
    return;
  }
  const auto place = static_cast<size_t>(head_.get() % queue_);
  const bool write = write_.get(place) != 0;
  if (count_.get() == 0 || (!write && pending_count_.get() >= transactions_)) {
    return;
  }
  issue_request(place);
  if (!write) {
    add_reader(place);
  }
  head_.set(static_cast<int64_t>(place + 1) % queue_);
  count_.set(count_.get() - 1);
  busy_.set(transaction_cycles_ - 1);
}

void GlobalQueue::issue_request(size_t place) const {
  request_valid_.set(1);
  request_write_.set(write_.get(place));
  request_address_.set(address_.get(place));
  request_bytes_.set(static_cast<int64_t>(bytes_.get(place)));
  if (write_.get(place) != 0) {
    std::copy_n(data_.data() + place * segment_, segment_, request_data_.data());
  }
}

void GlobalQueue::add_reader(size_t place) const {
  const auto last = static_cast<size_t>((pending_head_.get() + pending_count_.get()) % transactions_);
  pending_entry_.set(entry_.get(place), last);
  pending_lanes_.set(lanes_.get(place), last);
  pending_count_.set(pending_count_.get() + 1);
}

GlobalRequest GlobalQueue::request() const {
  GlobalRequest request;
  request.valid = request_valid_.get() != 0;
  if (request.valid) {
    request.write = request_write_.get() != 0;
    request.address = request_address_.get();
    request.bytes = request_bytes_.get();
    std::copy_n(request_data_.data(), segment_, request.data.data());
  }
  return request;
}

GlobalQueue::Reader GlobalQueue::take_reader() const {
  if (pending_count_.get() == 0) {
    return {};
  }
  const auto first = static_cast<size_t>(pending_head_.get() % transactions_);
  pending_head_.set(static_cast<int64_t>(first + 1) % transactions_);
  pending_count_.set(pending_count_.get() - 1);
  return {pending_entry_.get(first), pending_lanes_.get(first)};
}

}  // namespace faultline::hw::gpu
