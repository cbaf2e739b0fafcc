#include "sim/model/host_float_matrix.h"

namespace faultline::model {

FloatMatrix::FloatMatrix(const ConvolutionGeometry& geometry, Layout layout, std::vector<float> weights,
                         std::vector<double> bias)
    : geometry_(geometry), weights_(std::move(weights)), bias_(std::move(bias)) {
  const bool first = layout == Layout::kChannelsFirst;
  channel_step_in_ = first ? static_cast<size_t>(geometry.in_height) * static_cast<size_t>(geometry.in_width) : 1;
  pixel_step_in_ = first ? 1 : static_cast<size_t>(geometry.in_channels);
  channel_step_out_ = first ? static_cast<size_t>(geometry.pixels()) : 1;
  pixel_step_out_ = first ? 1 : static_cast<size_t>(geometry.out_channels);
}

double FloatMatrix::accumulate(const std::vector<float>& input, int channel, int y, int x) const {
  const ConvolutionGeometry& g = geometry_;
  const int first_channel = channel / g.group_out_channels() * g.group_in_channels();
  const float* weight = weights_.data() + static_cast<size_t>(channel) * static_cast<size_t>(g.taps());
  double sum = bias_[static_cast<size_t>(channel)];
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int row = y * g.stride_y + ky * g.dilation_y - g.pad_top;
    for (int kx = 0; kx < g.kernel_width; ++kx, weight += g.group_in_channels()) {
      const int column = x * g.stride_x + kx * g.dilation_x - g.pad_left;
      if (row < 0 || row >= g.in_height || column < 0 || column >= g.in_width) {
        continue;
      }
      const size_t pixel = static_cast<size_t>(row) * static_cast<size_t>(g.in_width) + static_cast<size_t>(column);
      const float* value =
          input.data() + pixel * pixel_step_in_ + static_cast<size_t>(first_channel) * channel_step_in_;
      for (int c = 0; c < g.group_in_channels(); ++c) {
        sum += static_cast<double>(weight[c]) * static_cast<double>(value[static_cast<size_t>(c) * channel_step_in_]);
      }
    }
  }
  return sum;
}

Values FloatMatrix::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  std::vector<float> result(static_cast<size_t>(geometry_.out_channels) * static_cast<size_t>(geometry_.pixels()));
  for (int channel = 0; channel < geometry_.out_channels; ++channel) {
    size_t pixel = 0;
    for (int y = 0; y < geometry_.out_height; ++y) {
      for (int x = 0; x < geometry_.out_width; ++x, ++pixel) {
        result[static_cast<size_t>(channel) * channel_step_out_ + pixel * pixel_step_out_] =
            static_cast<float>(accumulate(input, channel, y, x));
      }
    }
  }
  return result;
}

Values FloatMatrixProduct::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& left = std::get<std::vector<float>>(*input_values[0]);
  const auto& right = std::get<std::vector<float>>(*input_values[1]);
  std::vector<float> result;
  result.reserve(left_.size() * m_ * n_);
  for (size_t matrix = 0; matrix < left_.size(); ++matrix) {
    for (size_t row = 0; row < m_; ++row) {
      for (size_t column = 0; column < n_; ++column) {
        double sum = 0;
        for (size_t k = 0; k < k_; ++k) {
          sum += static_cast<double>(left[left_[matrix] + row * k_ + k]) *
                 static_cast<double>(right[right_[matrix] + k * n_ + column]);
        }
        result.push_back(static_cast<float>(sum));
      }
    }
  }
  return result;
}

}  // namespace faultline::model
