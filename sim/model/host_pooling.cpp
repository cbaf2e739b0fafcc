#include "sim/model/host_pooling.h"

#include <algorithm>
#include <limits>

namespace faultline::model {

float FloatPooling::pool(const float* channel, int y, int x) const {
  const ConvolutionGeometry& g = geometry_;
  double sum = 0;
  float maximum = -std::numeric_limits<float>::infinity();
  int inside = 0;
  int within_padding = 0;
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
    for (int kx = 0; kx < g.kernel_width; ++kx) {
      const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
      within_padding += row < g.in_height + pad_bottom_ && column < g.in_width + pad_right_ ? 1 : 0;
      if (row < 0 || row >= g.in_height || column < 0 || column >= g.in_width) {
        continue;
      }
      const float value = channel[static_cast<size_t>(row) * static_cast<size_t>(g.in_width) + static_cast<size_t>(column)];
      sum += static_cast<double>(value);
      maximum = std::max(maximum, value);
      ++inside;
    }
  }
  if (function_ == Function::kMaximum) {
    return maximum;
  }
  const int count = function_ == Function::kAverage ? inside : within_padding;
  return count == 0 ? 0.0F : static_cast<float>(sum / count);
}

Values FloatPooling::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  const size_t area = static_cast<size_t>(geometry_.in_height) * static_cast<size_t>(geometry_.in_width);
  std::vector<float> result;
  result.reserve(static_cast<size_t>(geometry_.out_channels) * static_cast<size_t>(geometry_.pixels()));
  for (int channel = 0; channel < geometry_.out_channels; ++channel) {
    for (int y = 0; y < geometry_.out_height; ++y) {
      for (int x = 0; x < geometry_.out_width; ++x) {
        result.push_back(pool(input.data() + static_cast<size_t>(channel) * area, y, x));
      }
    }
  }
  return result;
}

}  // namespace faultline::model
