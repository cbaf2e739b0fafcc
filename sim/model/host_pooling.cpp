#include "sim/model/host_pooling.h"

#include <algorithm>
#include <limits>

namespace faultline::model {

const float* FloatPooling::tap(const float* channel, int y, int x, int ky, int kx) const {
  const ConvolutionGeometry& g = geometry_;
  const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
  const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
  const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
  return inside ? channel + static_cast<size_t>(row) * static_cast<size_t>(g.in_width) + static_cast<size_t>(column)
                : nullptr;
}

int FloatPooling::count(int y, int x, bool with_padding) const {
  const ConvolutionGeometry& g = geometry_;
  int counted = 0;
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
    for (int kx = 0; kx < g.kernel_width; ++kx) {
      const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
      const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
      const bool declared = row < g.in_height + pad_bottom_ && column < g.in_width + pad_right_;
      counted += inside || (with_padding && declared) ? 1 : 0;
    }
  }
  return counted;
}

float FloatPooling::maximum(const float* channel, int y, int x) const {
  float most = -std::numeric_limits<float>::infinity();
  for (int ky = 0; ky < geometry_.kernel_height; ++ky) {
    for (int kx = 0; kx < geometry_.kernel_width; ++kx) {
      const float* value = tap(channel, y, x, ky, kx);
      most = value != nullptr ? std::max(most, *value) : most;
    }
  }
  return most;
}

float FloatPooling::sum(const float* channel, int y, int x) const {
  const bool columns_outside = order_ == SumOrder::kColumns;
  const int outer = columns_outside ? geometry_.kernel_width : geometry_.kernel_height;
  const int inner = columns_outside ? geometry_.kernel_height : geometry_.kernel_width;
  std::array<float, 4> parts{};  // the first alone, unless kQuarters
  float columns = 0;
  size_t index = 0;
  const size_t taps = static_cast<size_t>(outer) * static_cast<size_t>(inner);
  for (int i = 0; i < outer; ++i) {
    for (int j = 0; j < inner; ++j, ++index) {
      const float* value = columns_outside ? tap(channel, y, x, j, i) : tap(channel, y, x, i, j);
      const bool in_quarters = order_ == SumOrder::kQuarters && index / 4 * 4 + 4 <= taps;
      if (order_ == SumOrder::kQuarters && !in_quarters && index % 4 == 0) {
        parts = {(parts[0] + parts[2]) + (parts[1] + parts[3]), 0, 0, 0};  // the rest is added one by one
      }
      parts[in_quarters ? index % 4 : 0] += value != nullptr ? *value : 0.0F;
    }
    if (columns_outside) {
      columns += parts[0];
      parts[0] = 0;
    }
  }
  return columns_outside ? columns : (parts[0] + parts[2]) + (parts[1] + parts[3]);
}

float FloatPooling::pool(const float* channel, int y, int x) const {
  if (function_ == Function::kMaximum) {
    return maximum(channel, y, x);
  }
  const int counted = count(y, x, function_ == Function::kAverageWithPadding);
  return counted == 0 ? 0.0F : sum(channel, y, x) / static_cast<float>(counted);
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
