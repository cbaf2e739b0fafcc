#include "sim/engine/functional_matrix.h"

#include <algorithm>

#include "sim/engine/element_matrix.h"
#include "sim/engine/exact_kernel.h"
#include "sim/engine/post_processing.h"
#include "sim/engine/requantise_kernel.h"

namespace faultline::engine {
namespace {

/// Buffers of one thread, reused from layer to layer.
struct Scratch {
  std::vector<int8_t> operands;
  std::vector<int8_t> rows;
  std::vector<int32_t> groups;
  std::vector<int32_t> sums;
};

Scratch& scratch() {
  thread_local Scratch buffers;
  return buffers;
}

const uint8_t* as_unsigned(const int8_t* codes) {
  return reinterpret_cast<const uint8_t*>(codes);
}

size_t round_up(size_t count, size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Channels go to the lanes where there are fewer pixels than this.
constexpr int kFewPixels = 16;

}  // namespace

FunctionalMatrix::FunctionalMatrix(const model::MatrixOperator& layer, const LayerMultipliers::Layer& multiplier)
    : layer_(layer),
      kernels_(multiplier.kernels),
      elements_(multiplier.elements),
      operands_(layer.geometry, layer.layout, layer.pad_value),
      channels_in_lanes_(layer.geometry.groups == 1 && layer.geometry.pixels() < kFewPixels),
      channel_lanes_(padded_lanes(static_cast<size_t>(layer.geometry.out_channels))) {
  if (elements_ != nullptr) {
    return;
  }
  if (channels_in_lanes_) {
    prepare_lanes();
  } else {
    prepare_rows();
  }
}

size_t FunctionalMatrix::padded_lanes(size_t lanes) const {
  return round_up(lanes, kernels_->exact() ? exact_kernel::kLanes : TableKernel::kLanes);
}

size_t FunctionalMatrix::depth() const {
  const auto taps = static_cast<size_t>(operands_.taps());
  return kernels_->exact() ? exact_kernel::groups(taps) : taps;
}

void FunctionalMatrix::prepare_rows() {
  const auto taps = static_cast<size_t>(operands_.taps());
  if (!kernels_->exact()) {
    codes_.assign(layer_.weights.begin(), layer_.weights.end());
    return;
  }
  const size_t rows = layer_.weights.size() / taps;
  groups_.resize(rows * depth());
  for (size_t row = 0; row < rows; ++row) {
    exact_kernel::pack_row(layer_.weights.data() + row * taps, taps, groups_.data() + row * depth());
  }
}

void FunctionalMatrix::prepare_lanes() {
  const auto taps = static_cast<size_t>(operands_.taps());
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  const auto planes = static_cast<size_t>(layer_.planes);
  std::vector<int8_t> lanes(planes * taps * channel_lanes_);
  for (size_t plane = 0; plane < planes; ++plane) {
    for (size_t n = 0; n < channels; ++n) {
      const int8_t* weights = layer_.weights.data() + (plane * channels + n) * taps;
      for (size_t tap = 0; tap < taps; ++tap) {
        lanes[(plane * taps + tap) * channel_lanes_ + n] = weights[tap];
      }
    }
  }
  if (!kernels_->exact()) {
    codes_.assign(lanes.begin(), lanes.end());
    return;
  }
  groups_.resize(planes * depth() * channel_lanes_);
  for (size_t plane = 0; plane < planes; ++plane) {
    exact_kernel::pack_lanes(lanes.data() + plane * taps * channel_lanes_, taps, channel_lanes_,
                             groups_.data() + plane * depth() * channel_lanes_);
  }
}

/// Output rows per band, so that a band's operands stay in the second-level cache.
int FunctionalMatrix::band_rows() const {
  constexpr int kOperands = 1 << 17;
  return std::clamp(kOperands / std::max(1, operands_.taps()) / operands_.columns(), 1, operands_.rows());
}

template <typename Finish>
void FunctionalMatrix::accumulate_pixel_lanes(const int8_t* input, Finish finish) const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  const auto taps = static_cast<size_t>(operands_.taps());
  const auto group_channels = static_cast<size_t>(g.group_out_channels());
  Scratch& buffers = scratch();
  for (int group = 0; group < g.groups; ++group) {
    const size_t first_channel = static_cast<size_t>(group) * group_channels;
    for (int first = 0; first < operands_.rows(); first += band_rows()) {
      const int last = std::min(first + band_rows(), operands_.rows());
      const size_t pixels = static_cast<size_t>(last - first) * static_cast<size_t>(operands_.columns());
      const size_t lanes = padded_lanes(pixels);
      buffers.operands.resize(taps * lanes);
      operands_.fill(input, group, first, last, lanes, buffers.operands.data());
      buffers.sums.assign(group_channels * lanes, 0);
      if (kernels_->exact()) {
        buffers.groups.resize(depth() * lanes);
        exact_kernel::pack_lanes(buffers.operands.data(), taps, lanes, buffers.groups.data());
      }
      for (int plane = 0; plane < layer_.planes; ++plane) {
        const size_t row = static_cast<size_t>(plane) * static_cast<size_t>(g.out_channels) + first_channel;
        if (kernels_->exact()) {
          exact_kernel::accumulate(groups_.data() + row * depth(), group_channels, buffers.groups.data(), lanes,
                                   depth(), buffers.sums.data());
        } else {
          kernels_->by_weight().accumulate(codes_.data() + row * depth(), group_channels,
                                           as_unsigned(buffers.operands.data()), lanes, depth(), buffers.sums.data());
        }
      }
      const size_t first_pixel = static_cast<size_t>(first) * static_cast<size_t>(operands_.columns());
      for (size_t n = 0; n < group_channels; ++n) {
        finish(first_channel + n, size_t{1}, first_pixel, pixels, buffers.sums.data() + n * lanes);
      }
    }
  }
}

template <typename Finish>
void FunctionalMatrix::accumulate_channel_lanes(const int8_t* input, Finish finish) const {
  const auto taps = static_cast<size_t>(operands_.taps());
  const auto pixels = static_cast<size_t>(layer_.geometry.pixels());
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  Scratch& buffers = scratch();
  buffers.operands.resize(taps * pixels);
  operands_.fill(input, 0, 0, operands_.rows(), pixels, buffers.operands.data());
  buffers.rows.resize(pixels * taps);
  for (size_t pixel = 0; pixel < pixels; ++pixel) {
    for (size_t tap = 0; tap < taps; ++tap) {
      buffers.rows[pixel * taps + tap] = buffers.operands[tap * pixels + pixel];
    }
  }
  if (kernels_->exact()) {
    buffers.groups.resize(pixels * depth());
    for (size_t pixel = 0; pixel < pixels; ++pixel) {
      exact_kernel::pack_row(buffers.rows.data() + pixel * taps, taps, buffers.groups.data() + pixel * depth());
    }
  }
  buffers.sums.assign(pixels * channel_lanes_, 0);
  for (size_t plane = 0; plane < static_cast<size_t>(layer_.planes); ++plane) {
    const size_t offset = plane * depth() * channel_lanes_;
    if (kernels_->exact()) {
      exact_kernel::accumulate(buffers.groups.data(), pixels, groups_.data() + offset, channel_lanes_, depth(),
                               buffers.sums.data());
    } else {
      kernels_->by_activation().accumulate(as_unsigned(buffers.rows.data()), pixels, codes_.data() + offset,
                                           channel_lanes_, depth(), buffers.sums.data());
    }
  }
  for (size_t n = 0; n < channels; ++n) {
    finish(n, channel_lanes_, size_t{0}, pixels, buffers.sums.data() + n);
  }
}

template <typename Finish>
void FunctionalMatrix::accumulate_by_element(const std::vector<int8_t>& input, Finish finish) const {
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  const std::vector<int32_t> sums = elements_->sums(input);
  for (size_t n = 0; n < channels; ++n) {
    finish(n, channels, size_t{0}, static_cast<size_t>(layer_.geometry.pixels()), sums.data() + n);
  }
}

template <typename Finish>
void FunctionalMatrix::accumulate(const std::vector<int8_t>& input, Finish finish) const {
  if (elements_ != nullptr) {
    accumulate_by_element(input, finish);
  } else if (channels_in_lanes_) {
    accumulate_channel_lanes(input.data(), finish);
  } else {
    accumulate_pixel_lanes(input.data(), finish);
  }
}

std::vector<int32_t> FunctionalMatrix::sums(const std::vector<int8_t>& input) const {
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  std::vector<int32_t> result(channels * static_cast<size_t>(layer_.geometry.pixels()));
  accumulate(input, [&](size_t n, size_t sum_step, size_t first, size_t count, const int32_t* sums) {
    int32_t* to = result.data() + first * channels + n;
    for (size_t i = 0; i < count; ++i) {
      to[i * channels] = sums[i * sum_step];
    }
  });
  return result;
}

model::Values FunctionalMatrix::run(const std::vector<int8_t>& input) const {
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  const auto pixels = static_cast<size_t>(layer_.geometry.pixels());
  const bool channels_first = layer_.layout == model::Layout::kChannelsFirst;
  const size_t channel_step = channels_first ? pixels : 1;
  const size_t pixel_step = channels_first ? 1 : channels;
  const model::PostProcessing& post = layer_.post;
  if (post.raw()) {
    std::vector<int32_t> result(channels * pixels);
    accumulate(input, [&](size_t n, size_t sum_step, size_t first, size_t count, const int32_t* sums) {
      int32_t* to = result.data() + n * channel_step + first * pixel_step;
      for (size_t i = 0; i < count; ++i) {
        to[i * pixel_step] = hw::wrapping_add(sums[i * sum_step], post.bias[n]);
      }
    });
    return result;
  }
  std::vector<int8_t> result(channels * pixels);
  accumulate(input, [&](size_t n, size_t sum_step, size_t first, size_t count, const int32_t* sums) {
    int8_t* to = result.data() + n * channel_step + first * pixel_step;
    if (sum_step == 1 && pixel_step == 1) {
      requantise(post, n, sums, count, to);
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      to[i * pixel_step] = post_process(post, n, sums[i * sum_step]);
    }
  });
  return result;
}

}  // namespace faultline::engine
