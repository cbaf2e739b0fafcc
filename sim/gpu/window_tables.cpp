#include "sim/gpu/window_tables.h"

#include <limits>
#include <stdexcept>

namespace faultline::gpu {
namespace {

void append_word(std::vector<uint8_t>& bytes, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<uint8_t>(value >> shift));
  }
}

void append_entry(std::vector<uint8_t>& bytes, int64_t y, int64_t x, int64_t offset) {
  const auto fits = [](int64_t value) { return value >= std::numeric_limits<int16_t>::min() && value <= INT16_MAX; };
  if (!fits(y) || !fits(x)) {
    throw std::length_error("a window lies at a coordinate of more than 16 bits");
  }
  append_word(bytes, static_cast<uint32_t>(y) << 16 | (static_cast<uint32_t>(x) & 0xffff));
  append_word(bytes, static_cast<uint32_t>(offset));
}

}  // namespace

WindowTables window_tables(const model::ConvolutionGeometry& g, model::Layout layout, int planes) {
  const bool last = layout == model::Layout::kChannelsLast;
  const int64_t element = last ? g.in_channels : 1;
  const int64_t channel = last ? 1 : int64_t{g.in_height} * g.in_width;
  WindowTables tables;
  for (int y = 0; y < g.out_height; ++y) {
    for (int x = 0; x < g.out_width; ++x) {
      const int64_t first_y = int64_t{y} * g.stride_y - g.pad_top;
      const int64_t first_x = int64_t{x} * g.stride_x - g.pad_left;
      append_entry(tables.pixels, first_y, first_x, (first_y * g.in_width + first_x) * element);
    }
  }
  for (int plane = 0; plane < planes; ++plane) {
    for (int ky = 0; ky < g.kernel_height; ++ky) {
      for (int kx = 0; kx < g.kernel_width; ++kx) {
        const int64_t y = int64_t{ky} * g.dilation_y;
        const int64_t x = int64_t{kx} * g.dilation_x;
        for (int c = 0; c < g.group_in_channels(); ++c) {
          append_entry(tables.taps, y, x, (y * g.in_width + x) * element + c * channel);
        }
      }
    }
  }
  return tables;
}

}  // namespace faultline::gpu
