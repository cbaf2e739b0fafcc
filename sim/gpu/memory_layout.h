#pragma once

#include <cstdint>
#include <vector>

namespace faultline::gpu {

/// Hands out places in global memory, one after another, each aligned to 64 bytes.
class MemoryLayout {
 public:
  static constexpr int64_t kAlignment = 64;

  /// The address of `bytes` bytes.
  int64_t reserve(int64_t bytes) {
    const int64_t address = end_;
    end_ = (end_ + bytes + kAlignment - 1) / kAlignment * kAlignment;
    return address;
  }
  int64_t end() const { return end_; }

 private:
  int64_t end_ = 0;
};

/// Bytes that the host puts into global memory before the first inference.
struct MemoryImage {
  int64_t address = 0;
  std::vector<uint8_t> bytes;
};

}  // namespace faultline::gpu
