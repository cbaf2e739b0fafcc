#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/common/counter_random.h"
#include "hw/common/signed_bits.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/model/network.h"

namespace faultline::test {

/// Random layers, multipliers and configurations, all drawn from one CounterRandom.
class LayerMaker {
 public:
  explicit LayerMaker(hw::CounterRandom random) : random_(random) {}

  int between(int low, int high) {
    return low + static_cast<int>(random_.uniform(static_cast<uint64_t>(int64_t{high} - low + 1)));
  }
  bool one_in(int n) { return between(1, n) == 1; }
  int8_t code() { return static_cast<int8_t>(between(-128, 127)); }
  std::vector<int8_t> codes(int64_t count) {
    std::vector<int8_t> values(static_cast<size_t>(count));
    std::generate(values.begin(), values.end(), [this] { return code(); });
    return values;
  }

  /// A table without structure: it does not commute and gives no 0 for 0.
  hw::Multiplier multiplier() {
    const auto table = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
    std::generate(table->begin(), table->end(), [this] { return static_cast<int16_t>(random_.next_u64()); });
    return {"random", *table};
  }

  int16_t wide_code(hw::OperandFormat format) {
    return static_cast<int16_t>(between(format.lowest(), format.highest()));
  }
  std::vector<int16_t> wide_codes(int64_t count, hw::OperandFormat format) {
    std::vector<int16_t> values(static_cast<size_t>(count));
    std::generate(values.begin(), values.end(), [&] { return wide_code(format); });
    return values;
  }
  /// Uniform over the numbers of `bits` bits.
  int64_t wide_number(int bits) { return hw::wrap_to(static_cast<int64_t>(random_.next_u64()), bits); }

  /// The same for wide operands: a hash of both.
  hw::Multiplier wide_multiplier(hw::OperandFormat format) {
    const uint64_t key = random_.next_u64();
    const int bits = format.product_bits();
    return {"random", format, [key, bits](int64_t activation, int64_t weight) {
              const uint64_t mixed = (static_cast<uint64_t>(activation) * 0x9E3779B97F4A7C15 ^ key) +
                                     static_cast<uint64_t>(weight) * 0xC2B2AE3D27D4EB4F;
              return hw::wrap_to(static_cast<int64_t>(mixed ^ (mixed >> 29)), bits);
            }};
  }

  /// multiplier() or wide_multiplier().
  hw::Multiplier multiplier_of(hw::OperandFormat format) {
    return format.wide() ? wide_multiplier(format) : multiplier();
  }

  /// Extents of a convolution; `groups` divides both channel counts.
  model::ConvolutionGeometry geometry(int most_channels) {
    model::ConvolutionGeometry g;
    g.groups = one_in(3) ? between(1, 3) : 1;
    g.in_channels = g.groups * between(1, most_channels);
    g.out_channels = g.groups * between(1, most_channels);
    axis(g.in_height, g.out_height, g.kernel_height, g.stride_y, g.dilation_y, g.pad_top);
    axis(g.in_width, g.out_width, g.kernel_width, g.stride_x, g.dilation_x, g.pad_left);
    return g;
  }

  model::PostProcessing post(int channels, bool may_be_raw) {
    model::PostProcessing post;
    const bool raw = may_be_raw && one_in(4);
    const bool residue = !raw && one_in(3);
    for (int channel = 0; channel < channels; ++channel) {
      post.bias.push_back(static_cast<int32_t>(random_.next_u64()) >> between(8, 20));
      if (!raw) {
        post.factor.push_back({static_cast<int32_t>(random_.next_u64() >> 34) | (1 << 30), between(36, 44)});
      }
      if (residue) {
        post.residue.push_back(static_cast<int32_t>(random_.next_u64()) >> 2);
      }
    }
    if (!raw) {
      post.zero_point = code();
      post.low = one_in(2) ? -128 : between(-128, 0);
      post.high = one_in(2) ? 127 : between(1, 127);
      if (one_in(3)) {
        post.table = codes(256);
      }
    }
    return post;
  }

  /// No table and no narrow clamp: sums of `sum_bits` bits and a sign give codes of the whole range.
  model::PostProcessing spreading_post(int channels, int sum_bits) {
    model::PostProcessing post;
    const int most_bias = 1 << (sum_bits - 8);
    for (int channel = 0; channel < channels; ++channel) {
      post.bias.push_back(between(-most_bias, most_bias));
      post.factor.push_back({between(1 << 29, (1 << 30) - 1), sum_bits + 22});
    }
    post.zero_point = between(-20, 20);
    return post;
  }

  std::unique_ptr<model::MatrixOperator> matrix(int most_channels, bool may_be_raw = true) {
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->name = "matrix";
    layer->kind = "Conv";
    layer->geometry = geometry(most_channels);
    if (one_in(4)) {  // Gemm and MatMul
      model::ConvolutionGeometry g;
      g.in_channels = between(1, 4 * most_channels);
      g.out_channels = between(1, 2 * most_channels);
      g.in_height = g.out_height = between(1, 40);
      layer->geometry = g;
      layer->layout = one_in(2) ? model::Layout::kChannelsLast : model::Layout::kChannelsFirst;
    }
    layer->planes = one_in(4) ? between(2, 3) : 1;
    layer->weights = codes(int64_t{layer->planes} * layer->geometry.out_channels * layer->geometry.taps());
    layer->pad_value = code();
    layer->post = post(layer->geometry.out_channels, may_be_raw);
    return layer;
  }

  std::unique_ptr<model::PoolingOperator> pooling(int most_channels) {
    auto layer = std::make_unique<model::PoolingOperator>();
    layer->name = "pooling";
    layer->pooling = one_in(2) ? model::PoolingKind::kMaximum : model::PoolingKind::kSum;
    layer->kind = layer->pooling == model::PoolingKind::kMaximum ? "MaxPool" : "AveragePool";
    do {
      layer->geometry = geometry(most_channels);
    } while (layer->pooling == model::PoolingKind::kMaximum && has_empty_window(layer->geometry));
    layer->geometry.groups = layer->geometry.out_channels = layer->geometry.in_channels;
    layer->pad_value = code();
    if (layer->pooling == model::PoolingKind::kSum) {
      layer->post = post(layer->geometry.out_channels, true);
    }
    return layer;
  }

  /// Buffers of a few bytes to a few hundred, so that everything is cut into pieces.
  hw::AcceleratorConfig configuration(hw::Dataflow dataflow, int most_lanes) {
    // One after the other: the order of arguments is the compiler's.
    const hw::Multiplier product = multiplier();
    const int columns = between(1, most_lanes);
    const int rows = between(1, most_lanes);
    const hw::GridConfig grid(rows, columns, dataflow, product);
    hw::AcceleratorConfig config{grid};
    config.input_buffer_bytes = one_in(4) ? 65536 : between(1, 600);
    config.weight_buffer_bytes = one_in(4) ? 65536 : between(1, 300);
    config.output_buffer_bytes = one_in(4) ? 65536 : between(1, 200);
    config.psum_rows = grid.rows + between(0, 60);
    config.parameter_entries = std::max(grid.rows, grid.columns) + (one_in(3) ? 100 : between(0, 5));
    config.bus_bytes = between(1, 20);
    config.dram_latency = between(1, 30);
    config.dram_bytes = 1 << 20;
    config.validate();
    return config;
  }

 private:
  /// One axis of a window; padding at the far end follows from the output's extent.
  void axis(int& in, int& out, int& kernel, int& stride, int& dilation, int& pad) {
    kernel = one_in(3) ? 1 : between(1, 4);
    stride = one_in(2) ? 1 : between(1, 3);
    dilation = kernel > 1 && one_in(4) ? 2 : 1;
    const int reach = (kernel - 1) * dilation + 1;
    in = between(1, 10);
    pad = one_in(2) ? 0 : between(0, reach);
    const int far_pad = std::max(one_in(2) ? 0 : between(0, reach), reach - in - pad);
    out = (in + pad + far_pad - reach) / stride + 1;
  }

  static bool axis_has_empty_window(int in, int out, int kernel, int stride, int dilation, int pad) {
    for (int position = 0; position < out; ++position) {
      bool any = false;
      for (int tap = 0; tap < kernel; ++tap) {
        const int at = position * stride - pad + tap * dilation;
        any = any || (at >= 0 && at < in);
      }
      if (!any) {
        return true;
      }
    }
    return false;
  }

  static bool has_empty_window(const model::ConvolutionGeometry& g) {
    return axis_has_empty_window(g.in_height, g.out_height, g.kernel_height, g.stride_y, g.dilation_y, g.pad_top) ||
           axis_has_empty_window(g.in_width, g.out_width, g.kernel_width, g.stride_x, g.dilation_x, g.pad_left);
  }

  hw::CounterRandom random_;
};

}  // namespace faultline::test
