#include "sim/mapping/block_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/mapping/dataflow_mapper.h"

namespace faultline::mapping {
namespace {

/// Coordinates are signed 16-bit registers; half of their range is left to padding and to lanes beyond the last pixel.
constexpr int64_t kMostPositions = 16384;

void check_extents(const std::string& layer, const Window& window) {
  const auto check = [&](const char* what, int64_t value, int64_t limit) {
    if (value > limit) {
      throw UserError("layer " + layer, 0, fmt::format("{} is {}", what, value),
                      fmt::format("the accelerator's position registers allow {}", limit));
    }
  };
  check("the input's padded width", int64_t{window.out_width - 1} * window.stride_x + window.pad_left, kMostPositions);
  check("the input's width", window.in_width, kMostPositions);
  check("the window's height", int64_t{window.kernel_height - 1} * window.dilation_y + 1, kMostPositions);
  check("the window's width", int64_t{window.kernel_width - 1} * window.dilation_x + 1, kMostPositions);
  check("the vertical stride", window.stride_y, kMostPositions);
  check("the horizontal stride", window.stride_x, kMostPositions);
  check("the number of channels of a group", window.group_channels, 65536);
  // Offsets are signed 32-bit registers; what lies in the input buffer adds less than half of their range.
  const int64_t rows =
      int64_t{window.pad_top} + window.stride_y + int64_t{window.kernel_height - 1} * window.dilation_y;
  const int64_t columns = int64_t{window.pad_left} + int64_t{window.out_width} * window.stride_x +
                          int64_t{window.kernel_width} * window.dilation_x;
  check("the window's reach in operands", rows * window.row_operands() + columns * window.channels, int64_t{1} << 30);
}

/// Input rows that `count` rows of pixels span at most.
int64_t input_rows_spanned(const Window& window, int64_t count) {
  const int64_t spanned = (count - 1) * window.stride_y + int64_t{window.kernel_height - 1} * window.dilation_y + 1;
  return std::min<int64_t>(spanned, window.in_height);
}

/// The most rows of pixels whose input rows fit the input buffer.
int64_t pixel_rows_that_fit(const std::string& layer, const Window& window, const hw::AcceleratorConfig& config) {
  const int64_t row_bytes = window.row_operands() * config.grid.format().operand_bytes();
  const int64_t held = std::min(config.input_buffer_bytes / row_bytes, kMostPositions);
  if (held < input_rows_spanned(window, 1)) {
    fail_to_fit(layer, "the input rows of one output row", input_rows_spanned(window, 1) * row_bytes,
                config.input_buffer_bytes, "input_buffer_bytes");
  }
  if (held >= window.in_height) {
    return window.out_height;
  }
  const int64_t rest = held - input_rows_spanned(window, 1);
  return std::min<int64_t>(rest / window.stride_y + 1, window.out_height);
}

}  // namespace

BlockPlan plan_blocks(const std::string& layer, const Window& window, int channels, int element_bytes,
                      const hw::AcceleratorConfig& config) {
  check_extents(layer, window);
  if (config.output_buffer_bytes < element_bytes) {
    fail_to_fit(layer, "the bytes of one output", element_bytes, config.output_buffer_bytes, "output_buffer_bytes");
  }
  BlockPlan plan;
  plan.most_channels = static_cast<int>(std::min<int64_t>(channels, config.output_buffer_bytes / element_bytes));
  const int64_t pixels_held = config.output_buffer_bytes / (int64_t{plan.most_channels} * element_bytes);
  int64_t rows = std::min(pixel_rows_that_fit(layer, window, config), pixels_held / window.out_width);
  if (rows > 0) {
    rows = ceiling(window.out_height, ceiling(window.out_height, rows));  // blocks of nearly equal size
    plan.most_pixels = rows * window.out_width;
  } else {
    const int64_t parts = ceiling(window.out_width, pixels_held);
    plan.most_pixels = ceiling(window.out_width, parts);
  }
  for (int64_t pixel = 0; pixel < window.pixels();) {
    const int64_t row_end = rows > 0 ? window.pixels() : (pixel / window.out_width + 1) * window.out_width;
    const int64_t end = std::min(pixel + plan.most_pixels, row_end);
    plan.blocks.push_back({pixel, end, rows_needed(window, pixel, end)});
    pixel = end;
  }
  return plan;
}

}  // namespace faultline::mapping
