#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/arithmetic/requantisation.h"
#include "hw/common/signed_bits.h"
#include "sim/model/network.h"

namespace faultline::test {

/// Plain evaluation of the definitions in sim/model/network.h, one output at a time: what engines are compared with.
/// Inputs and outputs are in the host's order.
///
/// Code and Sum are int8_t and int32_t, or int16_t and int64_t where operands are wide.
template <typename Code, typename Sum>
class ReferenceLayer {
 public:
  ReferenceLayer(const model::ConvolutionGeometry& geometry, model::Layout layout, hw::OperandFormat format,
                 Code pad_value, const std::vector<Code>& input)
      : g_(geometry), layout_(layout), format_(format), pad_value_(pad_value), input_(input) {}

  model::Values matrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier) const {
    return for_each_output(layer.post, [&](int n, int oy, int ox) {
      int64_t sum = 0;
      for (int plane = 0; plane < layer.planes; ++plane) {
        for_each_tap(
            oy, ox,
            [&](int ky, int kx, Code value, int channel, bool) {
              const int64_t row = (int64_t{plane} * g_.out_channels + n) * g_.kernel_height + ky;
              const int64_t index = (row * g_.kernel_width + kx) * g_.group_in_channels() + channel;
              sum += multiplier.any_product(value, weight(layer, static_cast<size_t>(index)));
            },
            n / g_.group_out_channels() * g_.group_in_channels(), g_.group_in_channels());
      }
      return sum;
    });
  }

  model::Values pooling(const model::PoolingOperator& layer) const {
    if (layer.pooling == model::PoolingKind::kSum) {
      return for_each_output(layer.post, [&](int n, int oy, int ox) {
        int64_t sum = 0;
        for_each_tap(
            oy, ox, [&](int, int, Code value, int, bool) { sum += value; }, n, 1);
        return sum;
      });
    }
    std::vector<Code> output(output_count());
    visit_outputs([&](int n, int oy, int ox, size_t index) {
      auto largest = static_cast<Code>(format_.lowest());
      for_each_tap(
          oy, ox,
          [&](int, int, Code value, int, bool inside) { largest = inside ? std::max(largest, value) : largest; }, n, 1);
      output[index] = largest;
    });
    return output;
  }

 private:
  size_t output_count() const { return static_cast<size_t>(g_.pixels()) * static_cast<size_t>(g_.out_channels); }

  size_t host_index(int channel, int y, int x, int channels, int height, int width) const {
    const int64_t pixel = int64_t{y} * width + x;
    return static_cast<size_t>(layout_ == model::Layout::kChannelsLast ? pixel * channels + channel
                                                                       : int64_t{channel} * height * width + pixel);
  }

  template <typename Visit>
  void visit_outputs(Visit visit) const {
    for (int n = 0; n < g_.out_channels; ++n) {
      for (int oy = 0; oy < g_.out_height; ++oy) {
        for (int ox = 0; ox < g_.out_width; ++ox) {
          visit(n, oy, ox, host_index(n, oy, ox, g_.out_channels, g_.out_height, g_.out_width));
        }
      }
    }
  }

  static int16_t weight(const model::MatrixOperator& layer, size_t index) {
    return layer.format.wide() ? layer.wide_weights[index] : layer.weights[index];
  }

  int64_t biased(const model::PostProcessing& post, size_t channel, int64_t sum) const {
    return hw::wrap_to(sum + (format_.wide() ? post.wide_bias[channel] : post.bias[channel]), format_.sum_bits());
  }

  /// round(value * factor), ties to even, in 128 bits whatever the width.
  static int64_t scaled(int64_t value, hw::FixedPointFactor factor, int32_t residue) {
    const hw::WideProduct product = hw::WideProduct{value} * factor.multiplier + residue;
    const hw::WideProduct one = hw::WideProduct{1} << factor.shift;
    hw::WideProduct quotient = product / one;
    hw::WideProduct rest = product % one;
    if (rest < 0) {
      rest += one;
      --quotient;
    }
    const bool up = 2 * rest > one || (2 * rest == one && quotient % 2 != 0);
    return static_cast<int64_t>(quotient + (up ? 1 : 0));
  }

  template <typename Compute>
  model::Values for_each_output(const model::PostProcessing& post, Compute compute) const {
    std::vector<Sum> raw(output_count());
    std::vector<Code> codes(output_count());
    visit_outputs([&](int n, int oy, int ox, size_t index) {
      const auto channel = static_cast<size_t>(n);
      raw[index] = static_cast<Sum>(biased(post, channel, compute(n, oy, ox)));
      if (!post.raw()) {
        const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
        const model::CodeRange range =
            post.channel_range.empty() ? model::CodeRange{post.low, post.high} : post.channel_range[channel];
        const int64_t whole = scaled(raw[index], post.factor[channel], residue) + post.zero_point;
        int32_t code = hw::clamp(whole, range.low, range.high);
        if (post.zero_outside) {
          const int32_t clamped = hw::clamp(whole, post.low, post.high);
          code = clamped == hw::clamp(clamped, range.low, range.high) ? clamped : post.zero_point;
        }
        codes[index] = post.table.empty() ? static_cast<Code>(code) : post.table[static_cast<size_t>(code + 128)];
      }
    });
    return post.raw() ? model::Values(raw) : model::Values(codes);
  }

  /// Calls visit(ky, kx, value, channel within the range, inside) for every tap of one output.
  template <typename Visit>
  void for_each_tap(int oy, int ox, Visit visit, int first_channel, int channels) const {
    for (int ky = 0; ky < g_.kernel_height; ++ky) {
      for (int kx = 0; kx < g_.kernel_width; ++kx) {
        const int y = oy * g_.stride_y - g_.pad_top + ky * g_.dilation_y;
        const int x = ox * g_.stride_x - g_.pad_left + kx * g_.dilation_x;
        const bool inside = y >= 0 && y < g_.in_height && x >= 0 && x < g_.in_width;
        for (int c = 0; c < channels; ++c) {
          const Code value =
              inside ? input_[host_index(first_channel + c, y, x, g_.in_channels, g_.in_height, g_.in_width)]
                     : pad_value_;
          visit(ky, kx, value, c, inside);
        }
      }
    }
  }

  const model::ConvolutionGeometry& g_;
  model::Layout layout_;
  hw::OperandFormat format_;
  Code pad_value_;
  const std::vector<Code>& input_;
};

template <typename Sum, typename Code>
model::Values reference_output_of(const model::Operator& layer, const std::vector<Code>& input,
                                  const hw::Multiplier& multiplier) {
  using Reference = ReferenceLayer<Code, Sum>;
  if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer)) {
    return Reference(matrix->geometry, matrix->layout, matrix->format, matrix->pad_value, input)
        .matrix(*matrix, multiplier);
  }
  const auto& pooling = dynamic_cast<const model::PoolingOperator&>(layer);
  return Reference(pooling.geometry, model::Layout::kChannelsFirst, pooling.format, pooling.pad_value, input)
      .pooling(pooling);
}

/// The output of a MatrixOperator or PoolingOperator.
inline model::Values reference_output(const model::Operator& layer, const std::vector<int8_t>& input,
                                      const hw::Multiplier& multiplier) {
  return reference_output_of<int32_t>(layer, input, multiplier);
}
inline model::Values reference_output(const model::Operator& layer, const std::vector<int16_t>& input,
                                      const hw::Multiplier& multiplier) {
  return reference_output_of<int64_t>(layer, input, multiplier);
}

}  // namespace faultline::test
