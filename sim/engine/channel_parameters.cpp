#include "sim/engine/channel_parameters.h"

#include "sim/engine/post_processing.h"

namespace faultline::engine {
namespace {

/// The post-processing unit limits before it adds the zero point (docs/hardware.md, "Post-processing").
constexpr int32_t kCodeLimit = 1 << 20;
constexpr uint8_t kShiftBits = 63;

template <typename Word>
Word with_flipped_byte(Word word, int64_t byte, uint8_t mask) {
  return static_cast<Word>(static_cast<uint64_t>(word) ^ (uint64_t{mask} << (8 * byte)));
}

}  // namespace

ChannelParameters::ChannelParameters(const model::PostProcessing& post, hw::OperandFormat format, size_t channel)
    : post_(post),
      format_(format),
      bias_(format.wide() ? post.wide_bias[channel] : post.bias[channel]),
      range_(post.range(channel)) {
  if (!post.raw()) {
    multiplier_ = post.factor[channel].multiplier;
    residue_ = post.residue.empty() ? 0 : post.residue[channel];
    shift_ = static_cast<uint8_t>(post.factor[channel].shift);
  }
}

void ChannelParameters::flip(int64_t byte, uint8_t mask) {
  const int64_t after_bias = byte - format_.sum_bytes();
  if (after_bias < 0) {
    bias_ = with_flipped_byte(bias_, byte, mask);
  } else if (after_bias < 4) {
    multiplier_ = with_flipped_byte(multiplier_, after_bias, mask);
  } else if (after_bias < 8) {
    residue_ = with_flipped_byte(residue_, after_bias - 4, mask);
  } else if (after_bias < 9) {
    shift_ = static_cast<uint8_t>(shift_ ^ mask);
  } else {
    int32_t& bound = after_bias < 10 ? range_.low : range_.high;
    bound = static_cast<int8_t>(bound ^ mask);
  }
}

hw::WideProduct ChannelParameters::product(int64_t biased) const {
  if (post_.raw()) {
    return biased;
  }
  return format_.wide() ? hw::WideProduct{biased} * multiplier_ + residue_ : biased * multiplier_ + residue_;
}

int64_t ChannelParameters::rounded(hw::WideProduct product) const {
  const int shift = shift_ & kShiftBits;
  return format_.wide() ? hw::round_shift_wide(product, shift) : hw::round_shift(static_cast<int64_t>(product), shift);
}

int32_t ChannelParameters::code_of(int64_t rounded) const {
  return limited(post_, range_, int64_t{hw::clamp(rounded, -kCodeLimit, kCodeLimit)} + post_.zero_point);
}

int32_t ChannelParameters::code(hw::WideProduct product) const {
  return code_of(rounded(product));
}

ProcessedValue ChannelParameters::processed(hw::WideProduct product) const {
  if (post_.raw()) {
    const int64_t stored = hw::wrap_to(static_cast<int64_t>(product), 8 * format_.sum_bytes());
    return {product, stored, stored};
  }
  const int64_t round = rounded(product);
  const int32_t value = code_of(round);
  const int32_t written = post_.table.empty() ? value : post_.table[static_cast<size_t>(value + 128)];
  // A faulty product may be anything: the addition wraps.
  const uint64_t shown = static_cast<uint64_t>(round) + static_cast<uint64_t>(int64_t{post_.zero_point});
  return {product, static_cast<int64_t>(shown), written};
}

}  // namespace faultline::engine
