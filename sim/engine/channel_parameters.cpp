#include "sim/engine/channel_parameters.h"

#include "hw/arithmetic/requantisation.h"

namespace faultline::engine {
namespace {

/// The post-processing unit limits before it adds the zero point (docs/hardware.md, "Post-processing").
constexpr int32_t kCodeLimit = 1 << 20;
constexpr uint8_t kShiftBits = 63;

template <typename Word>
Word with_flipped_byte(Word word, int64_t byte, uint8_t mask) {
  return static_cast<Word>(static_cast<uint32_t>(word) ^ (uint32_t{mask} << (8 * byte)));
}

}  // namespace

ChannelParameters::ChannelParameters(const model::PostProcessing& post, size_t channel)
    : post_(post), bias_(post.bias[channel]) {
  if (!post.raw()) {
    multiplier_ = post.factor[channel].multiplier;
    residue_ = post.residue.empty() ? 0 : post.residue[channel];
    shift_ = static_cast<uint8_t>(post.factor[channel].shift);
  }
}

void ChannelParameters::flip(int64_t byte, uint8_t mask) {
  if (byte < 4) {
    bias_ = with_flipped_byte(bias_, byte, mask);
  } else if (byte < 8) {
    multiplier_ = with_flipped_byte(multiplier_, byte - 4, mask);
  } else if (byte < 12) {
    residue_ = with_flipped_byte(residue_, byte - 8, mask);
  } else {
    shift_ = static_cast<uint8_t>(shift_ ^ mask);
  }
}

int32_t ChannelParameters::biased(int32_t sum) const {
  return hw::wrapping_add(sum, bias_);
}

int64_t ChannelParameters::product(int32_t biased) const {
  return post_.raw() ? biased : int64_t{biased} * multiplier_ + residue_;
}

int32_t ChannelParameters::code(int64_t product) const {
  const int32_t rounded = hw::clamp(hw::round_shift(product, shift_ & kShiftBits), -kCodeLimit, kCodeLimit);
  return hw::clamp(int64_t{rounded} + post_.zero_point, post_.low, post_.high);
}

ProcessedValue ChannelParameters::processed(int64_t product) const {
  if (post_.raw()) {
    return {product, static_cast<int32_t>(product), static_cast<int32_t>(product)};
  }
  // A faulty product may be anything: the addition wraps.
  const auto rounded = static_cast<uint64_t>(hw::round_shift(product, shift_ & kShiftBits)) +
                       static_cast<uint64_t>(int64_t{post_.zero_point});
  const int32_t value = code(product);
  const int32_t written = post_.table.empty() ? value : post_.table[static_cast<size_t>(value + 128)];
  return {product, static_cast<int64_t>(rounded), written};
}

}  // namespace faultline::engine
