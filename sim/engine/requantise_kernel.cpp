#include "sim/engine/requantise_kernel.h"

#include "sim/engine/post_processing.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/requantise_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faultline::engine::requantise_kernel::HWY_NAMESPACE {

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

/// No vectors: the caller does every sum by itself.
size_t requantise_vectors(const Channel& /*channel*/, const int32_t* /*sums*/, size_t /*count*/, int8_t* /*codes*/) {
  return 0;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Tag32 = hn::CappedTag<int32_t, 16>;
using Tag64 = hn::RepartitionToWide<Tag32>;
using Vector64 = hn::VFromD<Tag64>;

/// hw::round_shift(), the zero point and the clamp. Adding half a unit - one less where the result would be even -
/// makes ties go to even; nothing overflows, because a product needs at most 63 bits.
HWY_INLINE Vector64 finish(const Channel& channel, Vector64 product) {
  const Tag64 d;
  auto result = product;
  if (channel.shift > 0) {
    const auto odd = hn::And(hn::ShiftRightSame(product, channel.shift), hn::Set(d, 1));
    const auto below_half = hn::Set(d, (int64_t{1} << (channel.shift - 1)) - 1);
    result = hn::ShiftRightSame(hn::Add(product, hn::Add(below_half, odd)), channel.shift);
  }
  result = hn::Add(result, hn::Set(d, channel.zero_point));
  return hn::Min(hn::Max(result, hn::Set(d, channel.low)), hn::Set(d, channel.high));
}

/// Whole vectors of sums; returns how many sums that were.
size_t requantise_vectors(const Channel& channel, const int32_t* HWY_RESTRICT sums, size_t count,
                          int8_t* HWY_RESTRICT codes) {
  const Tag32 d;
  const Tag64 d64;
  const hn::Rebind<int8_t, Tag32> d8;
  const size_t step = hn::Lanes(d);
  const auto bias = hn::Set(d, channel.bias);
  const auto multiplier = hn::Set(d, channel.multiplier);
  const auto residue = hn::Set(d64, channel.residue);
  size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto biased = hn::Add(hn::LoadU(d, sums + i), bias);
    const auto even = finish(channel, hn::Add(hn::MulEven(biased, multiplier), residue));
    const auto odd_lanes = hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(d64, biased)));
    const auto odd = finish(channel, hn::Add(hn::MulEven(odd_lanes, multiplier), residue));
    const auto together = hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
    hn::StoreU(hn::DemoteTo(d8, together), d8, codes + i);
  }
  return i;
}

#endif  // vectors

}  // namespace faultline::engine::requantise_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::engine {
namespace requantise_kernel {

HWY_EXPORT(requantise_vectors);

}  // namespace requantise_kernel

void requantise(const model::PostProcessing& post, size_t channel, const int32_t* sums, size_t count, int8_t* codes) {
  const hw::FixedPointFactor factor = post.factor[channel];
  const int32_t residue = post.residue.empty() ? 0 : post.residue[channel];
  const model::CodeRange range = post.range(channel);
  const model::CodeRange clamp = post.zero_outside ? model::CodeRange{post.low, post.high} : range;
  size_t done = HWY_DYNAMIC_DISPATCH(requantise_kernel::requantise_vectors)(
      {post.bias[channel], factor.multiplier, residue, factor.shift, post.zero_point, clamp.low, clamp.high}, sums,
      count, codes);
  for (size_t i = 0; i < done && post.zero_outside; ++i) {
    codes[i] = static_cast<int8_t>(limited(post, range, codes[i]));
  }
  if (!post.table.empty()) {
    for (size_t i = 0; i < done; ++i) {
      codes[i] = post.table[static_cast<size_t>(codes[i] + 128)];
    }
  }
  for (; done < count; ++done) {
    codes[done] = post_process(post, channel, sums[done]);
  }
}

}  // namespace faultline::engine
#endif  // HWY_ONCE
