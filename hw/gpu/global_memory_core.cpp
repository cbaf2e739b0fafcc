#include "hw/gpu/global_memory_core.h"

#include <cstring>

namespace faultline::hw::gpu {

GlobalMemoryCore::GlobalMemoryCore(const SmConfig& config, DramContent& content, StateTable& table)
    : segment_(static_cast<size_t>(config.segment_bytes)),
      slots_(static_cast<size_t>(config.global_latency)),
      content_(content),
      position_(table, "global.position", 32, {}, StateKind::kEnvironment),
      in_flight_(table, "global.in_flight", 32, {}, StateKind::kEnvironment),
      valid_(table, "global.answer[*].valid", 1, {config.global_latency}, StateKind::kEnvironment),
      data_(table, "global.answer[*].data[*]", 8, {config.global_latency, config.segment_bytes},
            StateKind::kEnvironment) {}

void GlobalMemoryCore::step(const GlobalRequest& request) {
  response_.valid = false;
  response_.error = request.valid && !content_.contains(request.address, segment_);
  const bool reads = request.valid && !request.write && !response_.error;
  if (request.valid && request.write && !response_.error) {
    write(request);
  }
  if (!reads && in_flight_.get() == 0) {
    return;
  }
  // The slot that is due is the one that an answer `slots_` cycles ahead takes: it is emptied before it is filled.
  const size_t slot = position_.get();
  uint8_t* data = data_.data() + slot * segment_;
  if (valid_.get(slot) != 0) {
    response_.valid = true;
    std::memcpy(response_.data.data(), data, segment_);
    in_flight_.set(in_flight_.get() - 1);
  }
  valid_.set(reads, slot);
  if (reads) {
    content_.read(request.address, data, segment_);
    in_flight_.set(in_flight_.get() + 1);
  }
  position_.set(static_cast<int64_t>((slot + 1) % slots_));
}

void GlobalMemoryCore::write(const GlobalRequest& request) {
  std::array<uint8_t, kLargestSegment> segment;
  content_.read(request.address, segment.data(), segment_);
  for (size_t byte = 0; byte < segment_; ++byte) {
    if ((request.bytes >> byte & 1) != 0) {
      segment[byte] = request.data[byte];
    }
  }
  content_.write(request.address, segment.data(), segment_);
}

}  // namespace faultline::hw::gpu
