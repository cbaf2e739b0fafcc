#include "sim/engine/sparse_matrix.h"

#include <algorithm>

#include "sim/engine/operand_types.h"

namespace faultline::engine {
template <typename Sum>
void SumDifferences<Sum>::resize(size_t pixels, size_t channels) {
  channels_ = channels;
  differences_.assign(pixels * channels, 0);
  touched_.assign(pixels, 0);
  pixels_.clear();
}

template <typename Sum>
void SumDifferences<Sum>::clear() {
  for (const size_t pixel : pixels_) {
    std::fill_n(differences_.begin() + static_cast<std::ptrdiff_t>(pixel * channels_), channels_, Sum{0});
    touched_[pixel] = 0;
  }
  pixels_.clear();
}

template <typename Code>
SparseMatrix<Code>::SparseMatrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier)
    : layer_(layer), multiplier_(multiplier) {
  // More planes than that and the sum of 8-bit weights may need more than 16 bits.
  constexpr int kMostPlanesTogether = 255;
  const model::ConvolutionGeometry& g = layer.geometry;
  const auto inputs = static_cast<size_t>(g.in_channels);
  const auto places = static_cast<size_t>(g.kernel_height) * static_cast<size_t>(g.kernel_width);
  const auto planes = static_cast<size_t>(layer.planes);
  const auto outputs = static_cast<size_t>(g.group_out_channels());
  const auto group_inputs = static_cast<size_t>(g.group_in_channels());
  const std::vector<Code>& weights = weights_of<Code>(layer);
  const bool together = multiplier.exact() && layer.planes <= kMostPlanesTogether;
  (together ? combined_.resize(inputs * places * outputs) : codes_.resize(inputs * places * planes * outputs));
  for (size_t plane = 0; plane < planes; ++plane) {
    for (size_t input = 0; input < inputs; ++input) {
      const size_t group = input / group_inputs;
      for (size_t place = 0; place < places; ++place) {
        for (size_t output = 0; output < outputs; ++output) {
          const size_t row = plane * static_cast<size_t>(g.out_channels) + group * outputs + output;
          const Code weight = weights[(row * places + place) * group_inputs + input % group_inputs];
          const size_t meeting = input * places + place;
          if (together) {
            Combined& sum = combined_[meeting * outputs + output];
            sum = static_cast<Combined>(sum + weight);
          } else {
            codes_[(meeting * planes + plane) * outputs + output] = weight;
          }
        }
      }
    }
  }
}

template <typename Code>
size_t SparseMatrix<Code>::products_per_input() const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  return static_cast<size_t>(g.kernel_height) * static_cast<size_t>(g.kernel_width) *
         static_cast<size_t>(g.group_out_channels()) * static_cast<size_t>(layer_.planes);
}

template <typename Code>
void SparseMatrix<Code>::change_pixel(const Code* codes, const Combined* combined, Code before, Code after,
                                      Sum* sums) const {
  const auto outputs = static_cast<size_t>(layer_.geometry.group_out_channels());
  if (combined != nullptr) {
    const Sum step = Sum{after} - before;
    for (size_t output = 0; output < outputs; ++output) {
      sums[output] = add_to(sums[output], step * combined[output]);
    }
    return;
  }
  for (int plane = 0; plane < layer_.planes; ++plane, codes += outputs) {
    for (size_t output = 0; output < outputs; ++output) {
      const Sum step =
          Sum{product_of(multiplier_, after, codes[output])} - product_of(multiplier_, before, codes[output]);
      sums[output] = add_to(sums[output], step);
    }
  }
}

template <typename Code>
void SparseMatrix<Code>::change(size_t index, Code before, Code after, SumDifferences<Sum>& sums) const {
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
      const Combined* combined = combined_.empty() ? nullptr : combined_.data() + meeting * outputs;
      const Code* codes = combined_.empty() ? codes_.data() + meeting * planes * outputs : nullptr;
      change_pixel(codes, combined, before, after, sums.at(pixel) + first_output);
    }
  }
}

template class SumDifferences<int32_t>;
template class SumDifferences<int64_t>;
template class SparseMatrix<int8_t>;
template class SparseMatrix<int16_t>;

}  // namespace faultline::engine
