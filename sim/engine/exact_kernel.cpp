#include "sim/engine/exact_kernel.h"

#include <algorithm>
#include <numeric>

// The target with byte dot products; the library leaves it out unless asked.
#define HWY_WANT_AVX3_DL
// Sums lie in arrays of vectors, which vectors of a length unknown to the compiler do not allow.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/exact_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX3_DL
// The library asks the processor for these instructions before it chooses the target, but does not tell the compiler.
HWY_PUSH_ATTRIBUTES(HWY_TARGET_STR ",avx512vnni")
#else
HWY_BEFORE_NAMESPACE();
#endif
namespace faultline::engine::exact_kernel::HWY_NAMESPACE {

constexpr bool kByteProducts = HWY_TARGET == HWY_AVX3_DL;
constexpr size_t kTapsInGroup = kByteProducts ? 4 : 2;

size_t group_count(size_t taps) {
  return (taps + kTapsInGroup - 1) / kTapsInGroup;
}

/// Bytes keep their order in a group; int16 are sign-extended.
HWY_INLINE int32_t group_of(const int8_t* codes, size_t count, size_t step) {
  uint32_t group = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t code = kByteProducts ? static_cast<uint8_t>(codes[i * step])
                                        : static_cast<uint16_t>(static_cast<int16_t>(codes[i * step]));
    group |= code << (i * (32 / kTapsInGroup));
  }
  return static_cast<int32_t>(group);
}

void pack_one_row(const int8_t* codes, size_t taps, int32_t* packed) {
  for (size_t tap = 0; tap < taps; tap += kTapsInGroup) {
    *packed++ = group_of(codes + tap, std::min(kTapsInGroup, taps - tap), 1);
  }
}

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

void pack_all_lanes(const int8_t* codes, size_t taps, size_t lanes, int32_t* packed) {
  for (size_t tap = 0; tap < taps; tap += kTapsInGroup) {
    for (size_t lane = 0; lane < lanes; ++lane) {
      *packed++ = group_of(codes + tap * lanes + lane, std::min(kTapsInGroup, taps - tap), lanes);
    }
  }
}

void accumulate_groups(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                       int32_t* sums) {
  const auto low = [](int32_t group) { return int32_t{static_cast<int16_t>(group & 0xffff)}; };
  for (size_t row = 0; row < row_count; ++row, rows += depth, sums += lane_count) {
    for (size_t p = 0; p < depth; ++p) {
      for (size_t lane = 0; lane < lane_count; ++lane) {
        const int32_t group = lanes[p * lane_count + lane];
        const int32_t products = low(rows[p]) * low(group) + (rows[p] >> 16) * (group >> 16);
        sums[lane] = static_cast<int32_t>(static_cast<uint32_t>(sums[lane]) + static_cast<uint32_t>(products));
      }
    }
  }
}

#else  // vectors

namespace hn = hwy::HWY_NAMESPACE;

using Tag32 = hn::CappedTag<int32_t, kLanes>;
using Vector = hn::VFromD<Tag32>;

#if HWY_TARGET == HWY_AVX3_DL

/// Four taps at a time, one operand being unsigned: lanes hold code + 128.
void pack_all_lanes(const int8_t* HWY_RESTRICT codes, size_t taps, size_t lanes, int32_t* HWY_RESTRICT packed) {
  const hn::Full128<uint8_t> d8;
  const hn::Full128<uint16_t> d16;
  const auto offset = hn::Set(d8, 0x80);
  for (size_t tap = 0; tap < taps; tap += kTapsInGroup, packed += lanes) {
    for (size_t lane = 0; lane < lanes; lane += kLanes) {
      const auto row = [&](size_t i) {
        const auto* from = reinterpret_cast<const uint8_t*>(codes) + (tap + i) * lanes + lane;
        return tap + i < taps ? hn::Xor(hn::LoadU(d8, from), offset) : offset;
      };
      const auto row0 = row(0), row1 = row(1), row2 = row(2), row3 = row(3);
      const auto low01 = hn::BitCast(d16, hn::InterleaveLower(d8, row0, row1));
      const auto low23 = hn::BitCast(d16, hn::InterleaveLower(d8, row2, row3));
      const auto high01 = hn::BitCast(d16, hn::InterleaveUpper(d8, row0, row1));
      const auto high23 = hn::BitCast(d16, hn::InterleaveUpper(d8, row2, row3));
      auto* to = reinterpret_cast<uint16_t*>(packed + lane);
      hn::StoreU(hn::InterleaveLower(d16, low01, low23), d16, to);
      hn::StoreU(hn::InterleaveUpper(d16, low01, low23), d16, to + 8);
      hn::StoreU(hn::InterleaveLower(d16, high01, high23), d16, to + 16);
      hn::StoreU(hn::InterleaveUpper(d16, high01, high23), d16, to + 24);
    }
  }
}

/// Adds the products of one group of a row with those of all lanes.
HWY_INLINE void multiply_group(int32_t row, Vector lanes, Vector& sum, Vector& /*other_sum*/) {
  sum.raw = _mm512_dpbusd_epi32(sum.raw, lanes.raw, _mm512_set1_epi32(row));
}

/// What the offset of the lanes adds to every sum of a row.
HWY_INLINE int32_t offset_of(const int32_t* row, size_t depth) {
  const Tag32 d;
  const auto offsets = hn::Set(d, static_cast<int32_t>(0x80808080));
  auto sum = hn::Zero(d);
  for (size_t p = 0; p < depth; p += hn::Lanes(d)) {
    const auto groups =
        hn::IfThenElseZero(hn::FirstN(d, depth - p), hn::MaskedLoad(hn::FirstN(d, depth - p), d, row + p));
    sum.raw = _mm512_dpbusd_epi32(sum.raw, offsets.raw, groups.raw);
  }
  // Not the intrinsic's own sum over lanes: its additions may not overflow.
  HWY_ALIGN uint32_t lanes[hn::MaxLanes(d)];
  hn::Store(hn::BitCast(hn::RebindToUnsigned<Tag32>(), sum), hn::RebindToUnsigned<Tag32>(), lanes);
  return static_cast<int32_t>(std::accumulate(lanes, lanes + hn::Lanes(d), uint32_t{0}));
}

#else

/// Two taps at a time, sign-extended.
void pack_all_lanes(const int8_t* HWY_RESTRICT codes, size_t taps, size_t lanes, int32_t* HWY_RESTRICT packed) {
  const Tag32 d;
  const hn::Rebind<int8_t, Tag32> d8;
  const auto low_half = hn::Set(d, 0xffff);
  for (size_t tap = 0; tap < taps; tap += kTapsInGroup, packed += lanes) {
    const int8_t* even = codes + tap * lanes;
    for (size_t lane = 0; lane < lanes; lane += hn::Lanes(d)) {
      const auto low = hn::And(hn::PromoteTo(d, hn::LoadU(d8, even + lane)), low_half);
      const auto high =
          tap + 1 < taps ? hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(d8, even + lanes + lane))) : hn::Zero(d);
      hn::StoreU(hn::Or(low, high), d, packed + lane);
    }
  }
}

HWY_INLINE void multiply_group(int32_t row, Vector lanes, Vector& sum, Vector& other_sum) {
  const Tag32 d;
  const hn::Repartition<int16_t, Tag32> d16;
  sum = hn::ReorderWidenMulAccumulate(d, hn::BitCast(d16, hn::Set(d, row)), hn::BitCast(d16, lanes), sum, other_sum);
}

HWY_INLINE int32_t offset_of(const int32_t* /*row*/, size_t /*depth*/) {
  return 0;
}

#endif  // HWY_TARGET == HWY_AVX3_DL

/// kRows rows times kVectors vectors of lanes, all sums in registers: each operand is loaded once for several products.
template <size_t kRows, size_t kVectors>
HWY_INLINE void multiply_block(const int32_t* HWY_RESTRICT rows, const int32_t* HWY_RESTRICT offsets,
                               const int32_t* HWY_RESTRICT lanes, size_t lane_count, size_t depth,
                               int32_t* HWY_RESTRICT sums) {
  const Tag32 d;
  const size_t step = hn::Lanes(d);
  Vector sum[kRows][kVectors];
  Vector other[kRows][kVectors];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) {
      const auto start = hn::LoadU(d, sums + r * lane_count + v * step);
      sum[r][v] = hn::Sub(start, hn::Set(d, offsets[r]));
      other[r][v] = hn::Zero(d);
    }
  }
  for (size_t p = 0; p < depth; ++p) {
    Vector column[kVectors];
    for (size_t v = 0; v < kVectors; ++v) {
      column[v] = hn::LoadU(d, lanes + p * lane_count + v * step);
    }
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t v = 0; v < kVectors; ++v) {
        multiply_group(rows[r * depth + p], column[v], sum[r][v], other[r][v]);
      }
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) {
      hn::StoreU(hn::RearrangeToOddPlusEven(sum[r][v], other[r][v]), d, sums + r * lane_count + v * step);
    }
  }
}

/// All rows, some vectors of lanes. `rows_at_once`: as many as the registers hold.
template <size_t kVectors>
HWY_INLINE void multiply_lanes(const int32_t* rows, const int32_t* offsets, size_t row_count, const int32_t* lanes,
                               size_t lane_count, size_t depth, int32_t* sums) {
  constexpr size_t kRows = HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX3 ? 8 : 4;
  size_t row = 0;
  for (; row + kRows <= row_count; row += kRows) {
    multiply_block<kRows, kVectors>(rows + row * depth, offsets + row, lanes, lane_count, depth,
                                    sums + row * lane_count);
  }
  for (; row < row_count; ++row) {
    multiply_block<1, kVectors>(rows + row * depth, offsets + row, lanes, lane_count, depth, sums + row * lane_count);
  }
}

void accumulate_groups(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                       int32_t* sums) {
  constexpr size_t kRowsAtOnce = 256;
  const size_t step = hn::Lanes(Tag32());
  int32_t offsets[kRowsAtOnce];
  while (row_count > 0) {
    const size_t count = std::min(row_count, kRowsAtOnce);
    for (size_t row = 0; row < count; ++row) {
      offsets[row] = offset_of(rows + row * depth, depth);
    }
    size_t lane = 0;
    for (; lane + 2 * step <= lane_count; lane += 2 * step) {
      multiply_lanes<2>(rows, offsets, count, lanes + lane, lane_count, depth, sums + lane);
    }
    for (; lane < lane_count; lane += step) {
      multiply_lanes<1>(rows, offsets, count, lanes + lane, lane_count, depth, sums + lane);
    }
    rows += count * depth;
    sums += count * lane_count;
    row_count -= count;
  }
}

#endif  // vectors

}  // namespace faultline::engine::exact_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::engine::exact_kernel {

HWY_EXPORT(group_count);
HWY_EXPORT(pack_one_row);
HWY_EXPORT(pack_all_lanes);
HWY_EXPORT(accumulate_groups);

size_t groups(size_t taps) {
  return HWY_DYNAMIC_DISPATCH(group_count)(taps);
}

void pack_row(const int8_t* codes, size_t taps, int32_t* packed) {
  HWY_DYNAMIC_DISPATCH(pack_one_row)(codes, taps, packed);
}

void pack_lanes(const int8_t* codes, size_t taps, size_t lanes, int32_t* packed) {
  HWY_DYNAMIC_DISPATCH(pack_all_lanes)(codes, taps, lanes, packed);
}

void accumulate(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(accumulate_groups)(rows, row_count, lanes, lane_count, depth, sums);
}

}  // namespace faultline::engine::exact_kernel
#endif  // HWY_ONCE
