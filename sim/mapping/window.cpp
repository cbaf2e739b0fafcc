#include "sim/mapping/window.h"

#include <algorithm>
#include <utility>

namespace faultline::mapping {

Window::Window(const model::ConvolutionGeometry& geometry)
    : channels(geometry.in_channels),
      group_channels(geometry.group_in_channels()),
      in_height(geometry.in_height),
      in_width(geometry.in_width),
      out_height(geometry.out_height),
      out_width(geometry.out_width),
      kernel_height(geometry.kernel_height),
      kernel_width(geometry.kernel_width),
      stride_y(geometry.stride_y),
      stride_x(geometry.stride_x),
      dilation_y(geometry.dilation_y),
      dilation_x(geometry.dilation_x),
      pad_top(geometry.pad_top),
      pad_left(geometry.pad_left) {
  const bool pointwise = kernel_height == 1 && kernel_width == 1 && stride_y == 1 && stride_x == 1 && pad_top == 0 &&
                         pad_left == 0 && in_height == out_height && in_width == out_width;
  const bool along_x = in_height == 1 && out_height == 1 && kernel_height == 1 && pad_top == 0;
  if (pointwise) {
    in_height *= in_width;
    out_height = in_height;
    in_width = out_width = 1;
  } else if (along_x) {
    std::swap(in_height, in_width);
    std::swap(out_height, out_width);
    std::swap(kernel_height, kernel_width);
    std::swap(stride_y, stride_x);
    std::swap(dilation_y, dilation_x);
    std::swap(pad_top, pad_left);
  }
  // Steps along an axis with one position are never taken; 1 keeps their registers in range.
  stride_y = out_height == 1 ? 1 : stride_y;
  stride_x = out_width == 1 ? 1 : stride_x;
  dilation_y = kernel_height == 1 ? 1 : dilation_y;
  dilation_x = kernel_width == 1 ? 1 : dilation_x;
}

InputRows rows_needed(const Window& window, int64_t pixel_begin, int64_t pixel_end) {
  const int64_t first = pixel_begin / window.out_width * window.stride_y - window.pad_top;
  const int64_t last = (pixel_end - 1) / window.out_width * window.stride_y - window.pad_top +
                       int64_t{window.kernel_height - 1} * window.dilation_y;
  InputRows rows;
  rows.begin = static_cast<int>(std::clamp<int64_t>(first, 0, window.in_height));
  rows.end = static_cast<int>(std::clamp<int64_t>(last + 1, rows.begin, window.in_height));
  return rows;
}

void set_pixels(hw::CommandDescriptor& command, const Window& window, const InputRows& rows, int64_t pixel_begin,
                int first_channel) {
  const auto row = static_cast<int>(pixel_begin / window.out_width);
  const auto column = static_cast<int>(pixel_begin % window.out_width);
  const auto row_operands = static_cast<int32_t>(window.row_operands());
  command.input_base = 0;
  command.input_height = rows.end - rows.begin;
  command.input_width = window.in_width;
  command.pixel_y = row * window.stride_y - window.pad_top - rows.begin;
  command.pixel_x = column * window.stride_x - window.pad_left;
  command.pixel_offset = command.pixel_y * row_operands + command.pixel_x * window.channels + first_channel;
  command.pixel_x_first = -window.pad_left;
  command.pixel_x_step = window.stride_x;
  command.pixel_x_last = (window.out_width - 1) * window.stride_x - window.pad_left;
  command.pixel_y_step = window.stride_y;
  command.pixel_offset_x = window.stride_x * window.channels;
  command.pixel_offset_y = window.stride_y * row_operands - (window.out_width - 1) * window.stride_x * window.channels;
}

void set_taps(hw::CommandDescriptor& command, const Window& window, int channels, int64_t tap_begin) {
  const int64_t taps = int64_t{window.kernel_height} * window.kernel_width * channels;
  const auto tap = static_cast<int>(tap_begin % taps);
  const int channel = tap % channels;
  const int x = tap / channels % window.kernel_width * window.dilation_x;
  const int y = tap / channels / window.kernel_width * window.dilation_y;
  const auto row_operands = static_cast<int32_t>(window.row_operands());
  const int32_t last_x = (window.kernel_width - 1) * window.dilation_x;
  command.tap_y = y;
  command.tap_x = x;
  command.tap_c = channel;
  command.tap_offset = y * row_operands + x * window.channels + channel;
  command.tap_c_last = channels - 1;
  command.tap_x_step = window.dilation_x;
  command.tap_x_last = last_x;
  command.tap_y_step = window.dilation_y;
  command.tap_y_last = (window.kernel_height - 1) * window.dilation_y;
  command.tap_offset_x = window.dilation_x * window.channels - (channels - 1);
  command.tap_offset_y = window.dilation_y * row_operands - last_x * window.channels - (channels - 1);
}

}  // namespace faultline::mapping
