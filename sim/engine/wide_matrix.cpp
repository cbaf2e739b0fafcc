#include "sim/engine/wide_matrix.h"

#include <algorithm>

#include "hw/common/signed_bits.h"
#include "sim/engine/element_matrix.h"
#include "sim/engine/post_processing.h"

namespace faultline::engine {

WideMatrix::WideMatrix(const model::MatrixOperator& layer, const LayerMultipliers::Layer& multiplier)
    : layer_(layer), multiplier_(multiplier), operands_(layer.geometry, layer.layout, layer.pad_value) {}

void WideMatrix::add_products(int16_t weight, const int16_t* activations, std::vector<int64_t>& sums) const {
  const hw::Multiplier& multiplier = multiplier_.multiplier;
  if (multiplier.exact()) {
    for (size_t pixel = 0; pixel < sums.size(); ++pixel) {
      sums[pixel] += int32_t{activations[pixel]} * weight;
    }
    return;
  }
  for (size_t pixel = 0; pixel < sums.size(); ++pixel) {
    sums[pixel] += multiplier.wide_product(activations[pixel], weight);
  }
}

std::vector<int64_t> WideMatrix::sums(const std::vector<int16_t>& input) const {
  if (multiplier_.elements != nullptr) {
    return multiplier_.elements->sums(input);
  }
  const model::ConvolutionGeometry& g = layer_.geometry;
  const auto taps = static_cast<size_t>(g.taps());
  const auto pixels = static_cast<size_t>(g.pixels());
  const auto channels = static_cast<size_t>(g.out_channels);
  const auto group_channels = static_cast<size_t>(g.group_out_channels());
  std::vector<int16_t> operands(taps * pixels);
  std::vector<int64_t> of_channel(pixels);
  std::vector<int64_t> result(pixels * channels);
  for (size_t n = 0; n < channels; ++n) {
    if (n % group_channels == 0) {
      operands_.fill(input.data(), static_cast<int>(n / group_channels), 0, operands_.rows(), pixels, operands.data());
    }
    std::fill(of_channel.begin(), of_channel.end(), 0);
    for (size_t plane = 0; plane < static_cast<size_t>(layer_.planes); ++plane) {
      const int16_t* weights = layer_.wide_weights.data() + (plane * channels + n) * taps;
      for (size_t tap = 0; tap < taps; ++tap) {
        add_products(weights[tap], operands.data() + tap * pixels, of_channel);
      }
    }
    for (size_t pixel = 0; pixel < pixels; ++pixel) {
      result[pixel * channels + n] = hw::wrap_to(of_channel[pixel], layer_.format.sum_bits());
    }
  }
  return result;
}

model::Values WideMatrix::run(const std::vector<int16_t>& input) const {
  const std::vector<int64_t> all = sums(input);
  const auto pixels = static_cast<size_t>(layer_.geometry.pixels());
  const auto channels = static_cast<size_t>(layer_.geometry.out_channels);
  const bool channels_first = layer_.layout == model::Layout::kChannelsFirst;
  const auto place = [&](size_t pixel, size_t n) { return channels_first ? n * pixels + pixel : pixel * channels + n; };
  const model::PostProcessing& post = layer_.post;
  std::vector<int64_t> raw(post.raw() ? all.size() : 0);
  std::vector<int16_t> codes(post.raw() ? 0 : all.size());
  for (size_t pixel = 0; pixel < pixels; ++pixel) {
    for (size_t n = 0; n < channels; ++n) {
      const int64_t sum = all[pixel * channels + n];
      if (post.raw()) {
        raw[place(pixel, n)] = hw::wrap_to(sum + post.wide_bias[n], layer_.format.sum_bits());
      } else {
        codes[place(pixel, n)] = post_process_wide(post, n, sum, layer_.format);
      }
    }
  }
  return post.raw() ? model::Values(std::move(raw)) : model::Values(std::move(codes));
}

}  // namespace faultline::engine
