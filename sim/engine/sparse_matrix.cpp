#include "sim/engine/sparse_matrix.h"

#include <algorithm>

#include "hw/arithmetic/requantisation.h"

namespace faultline::engine {

void SumDifferences::resize(size_t pixels, size_t channels) {
  channels_ = channels;
  differences_.assign(pixels * channels, 0);
  touched_.assign(pixels, 0);
  pixels_.clear();
}

void SumDifferences::clear() {
  for (const size_t pixel : pixels_) {
    std::fill_n(differences_.begin() + static_cast<std::ptrdiff_t>(pixel * channels_), channels_, 0);
    touched_[pixel] = 0;
  }
  pixels_.clear();
}

SparseMatrix::SparseMatrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier)
    : layer_(layer), multiplier_(multiplier) {
  // More planes than that and their sum may need more than 16 bits.
  constexpr int kMostPlanesTogether = 255;
  const model::ConvolutionGeometry& g = layer.geometry;
  const auto inputs = static_cast<size_t>(g.in_channels);
  const auto places = static_cast<size_t>(g.kernel_height) * static_cast<size_t>(g.kernel_width);
  const auto planes = static_cast<size_t>(layer.planes);
  const auto outputs = static_cast<size_t>(g.group_out_channels());
  const auto group_inputs = static_cast<size_t>(g.group_in_channels());
  const bool together = multiplier.exact() && layer.planes <= kMostPlanesTogether;
  (together ? combined_.resize(inputs * places * outputs) : codes_.resize(inputs * places * planes * outputs));
  for (size_t plane = 0; plane < planes; ++plane) {
    for (size_t input = 0; input < inputs; ++input) {
      const size_t group = input / group_inputs;
      for (size_t place = 0; place < places; ++place) {
        for (size_t output = 0; output < outputs; ++output) {
          const size_t row = plane * static_cast<size_t>(g.out_channels) + group * outputs + output;
          const int8_t weight = layer.weights[(row * places + place) * group_inputs + input % group_inputs];
          const size_t meeting = input * places + place;
          if (together) {
            int16_t& sum = combined_[meeting * outputs + output];
            sum = static_cast<int16_t>(sum + weight);
          } else {
            codes_[(meeting * planes + plane) * outputs + output] = weight;
          }
        }
      }
    }
  }
}

size_t SparseMatrix::products_per_input() const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  return static_cast<size_t>(g.kernel_height) * static_cast<size_t>(g.kernel_width) *
         static_cast<size_t>(g.group_out_channels()) * static_cast<size_t>(layer_.planes);
}

void SparseMatrix::change_pixel(const int8_t* codes, const int16_t* combined, int8_t before, int8_t after,
                                int32_t* sums) const {
  const auto outputs = static_cast<size_t>(layer_.geometry.group_out_channels());
  if (combined != nullptr) {
    const int32_t step = int32_t{after} - before;
    for (size_t output = 0; output < outputs; ++output) {
      sums[output] = hw::wrapping_add(sums[output], step * combined[output]);
    }
    return;
  }
  for (int plane = 0; plane < layer_.planes; ++plane, codes += outputs) {
    for (size_t output = 0; output < outputs; ++output) {
      const int32_t step =
          int32_t{multiplier_.product(after, codes[output])} - multiplier_.product(before, codes[output]);
      sums[output] = hw::wrapping_add(sums[output], step);
    }
  }
}

void SparseMatrix::change(size_t index, int8_t before, int8_t after, SumDifferences& sums) const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  const auto area = static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  const bool first = layer_.layout == model::Layout::kChannelsFirst;
  const size_t channel = first ? index / area : index % static_cast<size_t>(g.in_channels);
  const size_t place = first ? index % area : index / static_cast<size_t>(g.in_channels);
  const auto y = static_cast<int64_t>(place / static_cast<size_t>(g.in_width));
  const auto x = static_cast<int64_t>(place % static_cast<size_t>(g.in_width));
  const auto outputs = static_cast<size_t>(g.group_out_channels());
  const size_t first_output = channel / static_cast<size_t>(g.group_in_channels()) * outputs;
  const auto planes = static_cast<size_t>(layer_.planes);
  size_t meeting = channel * static_cast<size_t>(g.kernel_height) * static_cast<size_t>(g.kernel_width);
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int64_t row = y + g.pad_top - int64_t{ky} * g.dilation_y;
    const bool row_meets = row >= 0 && row % g.stride_y == 0 && row / g.stride_y < g.out_height;
    for (int kx = 0; kx < g.kernel_width; ++kx, ++meeting) {
      const int64_t column = x + g.pad_left - int64_t{kx} * g.dilation_x;
      if (!row_meets || column < 0 || column % g.stride_x != 0 || column / g.stride_x >= g.out_width) {
        continue;
      }
      const auto pixel = static_cast<size_t>(row / g.stride_y * g.out_width + column / g.stride_x);
      const int16_t* combined = combined_.empty() ? nullptr : combined_.data() + meeting * outputs;
      const int8_t* codes = combined_.empty() ? codes_.data() + meeting * planes * outputs : nullptr;
      change_pixel(codes, combined, before, after, sums.at(pixel) + first_output);
    }
  }
}

}  // namespace faultline::engine
