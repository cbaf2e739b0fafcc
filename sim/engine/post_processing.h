#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/model/network.h"

namespace faultline::engine {

/// Bias, requantisation, clamp and table of one accumulator of `channel`; not for raw results.
inline int8_t post_process(const model::PostProcessing& post, size_t channel, int32_t accumulator) {
  const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
  const int64_t scaled = hw::scale(hw::wrapping_add(accumulator, post.bias[channel]), post.factor[channel], residue);
  const int32_t code = hw::clamp(scaled + post.zero_point, post.low, post.high);
  return post.table.empty() ? static_cast<int8_t>(code) : post.table[static_cast<size_t>(code + 128)];
}

}  // namespace faultline::engine
