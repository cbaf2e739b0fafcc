#include "sim/mapping/dram_layout.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::mapping {

int64_t DramLayout::allocate(int64_t bytes) {
  constexpr int64_t kAlignment = 64;  // the widest bus
  const int64_t address = (next_ + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes > limit_ - address) {
    throw UserError(network_, 0, fmt::format("needs at least {} bytes of DRAM, there are {}", address + bytes, limit_),
                    "raise dram_bytes in the accelerator file");
  }
  next_ = address + bytes;
  return address;
}

}  // namespace faultline::mapping
