#pragma once

#include <cstdint>

#include "hw/systolic/command.h"
#include "sim/model/network.h"

namespace faultline::mapping {

/// A layer's sliding window over channels-last activations, in the form that wastes least of the position arithmetic.
///
/// Layers whose pixels read one position each (Gemm, MatMul, 1x1 convolutions of stride 1) become a column of pixels;
/// layers that slide along x only (one-dimensional convolutions) are turned to slide along y. Both leave the order of
/// bytes and of pixels as it is, and let the input be cut between any two pixels.
struct Window {
  explicit Window(const model::ConvolutionGeometry& geometry);

  int64_t pixels() const { return int64_t{out_height} * out_width; }
  /// Operands of one row of the input.
  int64_t row_operands() const { return int64_t{in_width} * channels; }

  int channels;        ///< of the input, all groups
  int group_channels;  ///< of the input, one group
  int in_height, in_width;
  int out_height, out_width;
  int kernel_height, kernel_width;
  int stride_y, stride_x;
  int dilation_y, dilation_x;
  int pad_top, pad_left;
};

/// Input rows [begin, end) that lie in the input buffer from address 0. Programs count y from `begin`, so that nothing
/// outside these rows is ever read, not even by lanes whose results are dropped.
struct InputRows {
  int begin = 0;
  int end = 0;

  bool operator==(const InputRows& other) const { return begin == other.begin && end == other.end; }
};

/// The input rows that output pixels [pixel_begin, pixel_end) read; empty when they read padding only.
InputRows rows_needed(const Window& window, int64_t pixel_begin, int64_t pixel_end);

/// Fills the input_* and pixel_* fields of a kCompute or kPool whose first pixel is `pixel_begin`.
/// `first_channel` is the first input channel of the group.
void set_pixels(hw::CommandDescriptor& command, const Window& window, const InputRows& rows, int64_t pixel_begin,
                int first_channel);

/// Fills the tap_* fields: taps of `channels` channels each, the first one being tap number `tap_begin` of the window.
void set_taps(hw::CommandDescriptor& command, const Window& window, int channels, int64_t tap_begin);

}  // namespace faultline::mapping
