#include "sim/engine/functional_pooling.h"

#include <algorithm>
#include <limits>

#include "sim/engine/post_processing.h"

namespace faultline::engine {
namespace {

/// Joins the taps of each window of one channel, row by row of the kernel; `join(accumulator, code)` and what lies
/// outside counts as `outside`, or not at all when `skip_outside`.
template <typename Join>
void pool_channel(const model::ConvolutionGeometry& g, const int8_t* channel, int32_t first, bool skip_outside,
                  int8_t outside, std::vector<int32_t>& joined, Join join) {
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

}  // namespace

model::Values pool(const model::PoolingOperator& layer, const std::vector<int8_t>& input) {
  const model::ConvolutionGeometry& g = layer.geometry;
  const size_t area = static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  const auto pixels = static_cast<size_t>(g.pixels());
  const bool maximum = layer.pooling == model::PoolingKind::kMaximum;
  const bool raw = !maximum && layer.post.raw();
  std::vector<int8_t> codes(raw ? 0 : static_cast<size_t>(g.out_channels) * pixels);
  std::vector<int32_t> sums(raw ? static_cast<size_t>(g.out_channels) * pixels : 0);
  std::vector<int32_t> joined;
  for (size_t n = 0; n < static_cast<size_t>(g.out_channels); ++n) {
    const int8_t* channel = input.data() + n * area;
    if (maximum) {
      pool_channel(g, channel, std::numeric_limits<int8_t>::min(), true, layer.pad_value, joined,
                   [](int32_t most, int8_t code) { return std::max<int32_t>(most, code); });
      std::transform(joined.begin(), joined.end(), codes.data() + n * pixels,
                     [](int32_t code) { return static_cast<int8_t>(code); });
      continue;
    }
    pool_channel(g, channel, 0, false, layer.pad_value, joined,
                 [](int32_t sum, int8_t code) { return hw::wrapping_add(sum, code); });
    for (size_t i = 0; i < pixels; ++i) {
      if (raw) {
        sums[n * pixels + i] = hw::wrapping_add(joined[i], layer.post.bias[n]);
      } else {
        codes[n * pixels + i] = post_process(layer.post, n, joined[i]);
      }
    }
  }
  return raw ? model::Values(std::move(sums)) : model::Values(std::move(codes));
}

}  // namespace faultline::engine
