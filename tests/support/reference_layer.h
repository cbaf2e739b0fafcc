#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/arithmetic/requantisation.h"
#include "sim/model/network.h"

namespace faultline::test {

/// Plain evaluation of the definitions in sim/model/network.h, one output at a time: what engines are compared with.
/// Inputs and outputs are in the host's order.
class ReferenceLayer {
 public:
  ReferenceLayer(const model::ConvolutionGeometry& geometry, model::Layout layout, int8_t pad_value,
                 const std::vector<int8_t>& input)
      : g_(geometry), layout_(layout), pad_value_(pad_value), input_(input) {}

  model::Values matrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier) const {
    return for_each_output(layer.post, [&](int n, int oy, int ox) {
      int32_t sum = 0;
      for (int plane = 0; plane < layer.planes; ++plane) {
        for_each_tap(
            oy, ox,
            [&](int ky, int kx, int8_t value, int channel, bool) {
              const int64_t row = (int64_t{plane} * g_.out_channels + n) * g_.kernel_height + ky;
              const int64_t index = (row * g_.kernel_width + kx) * g_.group_in_channels() + channel;
              sum = hw::wrapping_add(sum, multiplier.product(value, layer.weights[static_cast<size_t>(index)]));
            },
            n / g_.group_out_channels() * g_.group_in_channels(), g_.group_in_channels());
      }
      return sum;
    });
  }

  model::Values pooling(const model::PoolingOperator& layer) const {
    if (layer.pooling == model::PoolingKind::kSum) {
      return for_each_output(layer.post, [&](int n, int oy, int ox) {
        int32_t sum = 0;
        for_each_tap(
            oy, ox, [&](int, int, int8_t value, int, bool) { sum += value; }, n, 1);
        return sum;
      });
    }
    std::vector<int8_t> output(output_count());
    visit_outputs([&](int n, int oy, int ox, size_t index) {
      int8_t largest = -128;
      for_each_tap(
          oy, ox,
          [&](int, int, int8_t value, int, bool inside) { largest = inside ? std::max(largest, value) : largest; }, n,
          1);
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

  template <typename Sum>
  model::Values for_each_output(const model::PostProcessing& post, Sum sum) const {
    std::vector<int32_t> raw(output_count());
    std::vector<int8_t> codes(output_count());
    visit_outputs([&](int n, int oy, int ox, size_t index) {
      const auto channel = static_cast<size_t>(n);
      raw[index] = hw::wrapping_add(sum(n, oy, ox), post.bias[channel]);
      if (!post.raw()) {
        const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
        const int32_t code =
            hw::clamp(hw::scale(raw[index], post.factor[channel], residue) + post.zero_point, post.low, post.high);
        codes[index] = post.table.empty() ? static_cast<int8_t>(code) : post.table[static_cast<size_t>(code + 128)];
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
          const int8_t value =
              inside ? input_[host_index(first_channel + c, y, x, g_.in_channels, g_.in_height, g_.in_width)]
                     : pad_value_;
          visit(ky, kx, value, c, inside);
        }
      }
    }
  }

  const model::ConvolutionGeometry& g_;
  model::Layout layout_;
  int8_t pad_value_;
  const std::vector<int8_t>& input_;
};

/// The output of a MatrixOperator or PoolingOperator.
inline model::Values reference_output(const model::Operator& layer, const std::vector<int8_t>& input,
                                      const hw::Multiplier& multiplier) {
  if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer)) {
    return ReferenceLayer(matrix->geometry, matrix->layout, matrix->pad_value, input).matrix(*matrix, multiplier);
  }
  const auto& pooling = dynamic_cast<const model::PoolingOperator&>(layer);
  return ReferenceLayer(pooling.geometry, model::Layout::kChannelsFirst, pooling.pad_value, input).pooling(pooling);
}

}  // namespace faultline::test
