#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/model/network.h"

namespace faultline::engine {
namespace requantise_kernel {

/// What the SIMD code needs to know of a channel.
struct Channel {
  int32_t bias, multiplier;
  int64_t residue;
  int shift;
  int64_t zero_point, low, high;
};

}  // namespace requantise_kernel

/// post_process() of `count` sums of one channel that lie next to each other: codes[i] = post_process(post, channel,
/// sums[i]). SIMD, chosen for the processor at run time; not for raw results.
void requantise(const model::PostProcessing& post, size_t channel, const int32_t* sums, size_t count, int8_t* codes);

}  // namespace faultline::engine
