#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/common/signed_bits.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A code before the table, held to the clamp and to the bounds `range` of its channel.
inline int32_t limited(const model::PostProcessing& post, model::CodeRange range, int64_t code) {
  if (!post.zero_outside) {
    return hw::clamp(code, range.low, range.high);
  }
  const int32_t clamped = hw::clamp(code, post.low, post.high);
  return clamped < range.low || clamped > range.high ? post.zero_point : clamped;
}

/// Bias, requantisation, clamp and table of one accumulator of `channel`; not for raw results.
inline int8_t post_process(const model::PostProcessing& post, size_t channel, int32_t accumulator) {
  const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
  const int64_t scaled = hw::scale(hw::wrapping_add(accumulator, post.bias[channel]), post.factor[channel], residue);
  const int32_t code = limited(post, post.range(channel), scaled + post.zero_point);
  return post.table.empty() ? static_cast<int8_t>(code) : post.table[static_cast<size_t>(code + 128)];
}

/// The same of a 48-bit accumulator of a layer with wide operands.
inline int16_t post_process_wide(const model::PostProcessing& post, size_t channel, int64_t accumulator,
                                 hw::OperandFormat format) {
  const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
  const int64_t biased = hw::wrap_to(accumulator + post.wide_bias[channel], format.sum_bits());
  // Limited first, so that adding the zero point cannot overflow.
  const int32_t scaled = hw::clamp(hw::scale_wide(biased, post.factor[channel], residue), -(1 << 20), 1 << 20);
  return static_cast<int16_t>(hw::clamp(scaled + post.zero_point, post.low, post.high));
}

}  // namespace faultline::engine
