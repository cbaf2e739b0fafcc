#include "sim/engine/operand_matrix.h"

#include <algorithm>
#include <cstring>

namespace faultline::engine {
namespace {

bool is_pointwise(const model::ConvolutionGeometry& g) {
  return g.kernel_height == 1 && g.kernel_width == 1 && g.stride_y == 1 && g.stride_x == 1 && g.pad_top == 0 &&
         g.pad_left == 0 && g.out_height == g.in_height && g.out_width == g.in_width;
}

}  // namespace

template <typename Code>
BasicOperandMatrix<Code>::BasicOperandMatrix(const model::ConvolutionGeometry& geometry, model::Layout layout,
                                             Code pad_value)
    : geometry_(geometry), pad_value_(pad_value) {
  const bool first = layout == model::Layout::kChannelsFirst;
  channel_step_ = first ? static_cast<size_t>(geometry.in_height) * static_cast<size_t>(geometry.in_width) : 1;
  pixel_step_ = first ? 1 : static_cast<size_t>(geometry.in_channels);
  if (is_pointwise(geometry)) {
    geometry_.in_width = geometry_.out_width = geometry.pixels();
    geometry_.in_height = geometry_.out_height = 1;
  }
  const model::ConvolutionGeometry& g = geometry_;
  for (int kx = 0; kx < g.kernel_width; ++kx) {
    const int64_t offset = int64_t{kx} * g.dilation_x - g.pad_left;  // input column = x * stride + offset
    const auto first_at_or_after = [&](int64_t column) {
      const int64_t distance = column - offset;
      return distance <= 0 ? int64_t{0} : (distance + g.stride_x - 1) / g.stride_x;
    };
    const auto end = static_cast<int>(std::min<int64_t>(first_at_or_after(g.in_width), g.out_width));
    const auto begin = static_cast<int>(std::min<int64_t>(first_at_or_after(0), end));
    inside_.push_back({begin, end});
  }
}

template <typename Code>
void BasicOperandMatrix<Code>::copy_row(const Code* row, int kx, Code* to) const {
  const Span span = inside_[static_cast<size_t>(kx)];
  std::fill_n(to, span.begin, pad_value_);
  std::fill_n(to + span.end, columns() - span.end, pad_value_);
  if (span.begin == span.end) {
    return;
  }
  const int64_t column =
      int64_t{span.begin} * geometry_.stride_x + int64_t{kx} * geometry_.dilation_x - geometry_.pad_left;
  const Code* from = row + static_cast<size_t>(column) * pixel_step_;
  const size_t step = pixel_step_ * static_cast<size_t>(geometry_.stride_x);
  const auto count = static_cast<size_t>(span.end - span.begin);
  if (step == 1) {
    std::memcpy(to + span.begin, from, count * sizeof(Code));
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    to[static_cast<size_t>(span.begin) + i] = from[i * step];
  }
}

template <typename Code>
void BasicOperandMatrix<Code>::fill_tap(const Code* channel, int ky, int kx, int first, int last, Code* to) const {
  for (int y = first; y < last; ++y, to += columns()) {
    const int64_t row = int64_t{y} * geometry_.stride_y + int64_t{ky} * geometry_.dilation_y - geometry_.pad_top;
    if (row < 0 || row >= geometry_.in_height) {
      std::fill_n(to, columns(), pad_value_);
    } else {
      copy_row(channel + static_cast<size_t>(row) * static_cast<size_t>(geometry_.in_width) * pixel_step_, kx, to);
    }
  }
}

template <typename Code>
void BasicOperandMatrix<Code>::fill(const Code* input, int group, int first, int last, size_t stride,
                                    Code* matrix) const {
  const int channels = geometry_.group_in_channels();
  const Code* from = input + static_cast<size_t>(group) * static_cast<size_t>(channels) * channel_step_;
  for (int ky = 0; ky < geometry_.kernel_height; ++ky) {
    for (int kx = 0; kx < geometry_.kernel_width; ++kx) {
      for (int channel = 0; channel < channels; ++channel, matrix += stride) {
        fill_tap(from + static_cast<size_t>(channel) * channel_step_, ky, kx, first, last, matrix);
      }
    }
  }
}

template class BasicOperandMatrix<int8_t>;
template class BasicOperandMatrix<int16_t>;

}  // namespace faultline::engine
