#include "sim/engine/functional_pooling.h"

#include <algorithm>

#include "sim/engine/post_processing.h"

namespace faultline::engine {
namespace {

/// Joins the taps of each window of one channel, row by row of the kernel; `join(accumulator, code)` and what lies
/// outside counts as `outside`, or not at all when `skip_outside`.
template <typename Code, typename Join>
void pool_channel(const model::ConvolutionGeometry& g, const Code* channel, int32_t first, bool skip_outside,
                  Code outside, std::vector<int32_t>& joined, Join join) {
  joined.assign(static_cast<size_t>(g.pixels()), first);
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    for (int kx = 0; kx < g.kernel_width; ++kx) {
      int32_t* to = joined.data();
      for (int y = 0; y < g.out_height; ++y) {
        const int64_t row = int64_t{y} * g.stride_y + int64_t{ky} * g.dilation_y - g.pad_top;
        const bool row_inside = row >= 0 && row < g.in_height;
        int64_t column = int64_t{kx} * g.dilation_x - g.pad_left;
        for (int x = 0; x < g.out_width; ++x, ++to, column += g.stride_x) {
          if (row_inside && column >= 0 && column < g.in_width) {
            *to = join(*to, channel[row * g.in_width + column]);
          } else if (!skip_outside) {
            *to = join(*to, outside);
          }
        }
      }
    }
  }
}

int32_t raw_sum(const model::PostProcessing& post, size_t channel, int32_t sum, hw::OperandFormat, int32_t) {
  return hw::wrapping_add(sum, post.bias[channel]);
}
int64_t raw_sum(const model::PostProcessing& post, size_t channel, int32_t sum, hw::OperandFormat format, int64_t) {
  return hw::wrap_to(sum + post.wide_bias[channel], format.sum_bits());
}
int8_t code_of(const model::PostProcessing& post, size_t channel, int32_t sum, hw::OperandFormat, int8_t) {
  return post_process(post, channel, sum);
}
int16_t code_of(const model::PostProcessing& post, size_t channel, int32_t sum, hw::OperandFormat format, int16_t) {
  return post_process_wide(post, channel, sum, format);
}

/// A window's sum fits 32 bits for codes of 16 bits too, because it has at most 65,536 taps.
template <typename Code, typename Sum>
model::Values pool_codes(const model::PoolingOperator& layer, const std::vector<Code>& input) {
  const model::ConvolutionGeometry& g = layer.geometry;
  const size_t area = static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  const auto pixels = static_cast<size_t>(g.pixels());
  const bool maximum = layer.pooling == model::PoolingKind::kMaximum;
  const bool raw = !maximum && layer.post.raw();
  std::vector<Code> codes(raw ? 0 : static_cast<size_t>(g.out_channels) * pixels);
  std::vector<Sum> sums(raw ? static_cast<size_t>(g.out_channels) * pixels : 0);
  std::vector<int32_t> joined;
  for (size_t n = 0; n < static_cast<size_t>(g.out_channels); ++n) {
    const Code* channel = input.data() + n * area;
    const Code outside = layer.pad_value;
    if (maximum) {
      pool_channel(g, channel, layer.format.lowest(), true, outside, joined,
                   [](int32_t most, Code code) { return std::max<int32_t>(most, code); });
      std::transform(joined.begin(), joined.end(), codes.data() + n * pixels,
                     [](int32_t code) { return static_cast<Code>(code); });
      continue;
    }
    pool_channel(g, channel, 0, false, outside, joined,
                 [](int32_t sum, Code code) { return hw::wrapping_add(sum, code); });
    for (size_t i = 0; i < pixels; ++i) {
      if (raw) {
        sums[n * pixels + i] = raw_sum(layer.post, n, joined[i], layer.format, Sum{});
      } else {
        codes[n * pixels + i] = code_of(layer.post, n, joined[i], layer.format, Code{});
      }
    }
  }
  return raw ? model::Values(std::move(sums)) : model::Values(std::move(codes));
}

}  // namespace

model::Values pool(const model::PoolingOperator& layer, const std::vector<int8_t>& input) {
  return pool_codes<int8_t, int32_t>(layer, input);
}

model::Values pool(const model::PoolingOperator& layer, const std::vector<int16_t>& input) {
  return pool_codes<int16_t, int64_t>(layer, input);
}

}  // namespace faultline::engine
