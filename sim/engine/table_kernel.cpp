#include "sim/engine/table_kernel.h"

#include <algorithm>

// The target with byte permutes over two registers; the library leaves it out unless asked.
#define HWY_WANT_AVX3_DL
// Sums lie in arrays of vectors, which vectors of a length unknown to the compiler do not allow.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/table_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// A product is looked up as two bytes, the high one with its sign bit inverted: product = low + 256 * (high - 128).
// Bytes are added up in 16 bits, so 257 of them at most, and then go to the sums.
HWY_BEFORE_NAMESPACE();
namespace faultline::engine::table_kernel::HWY_NAMESPACE {

constexpr size_t kOperands = 256;

HWY_INLINE uint8_t low_byte(int16_t product) {
  return static_cast<uint8_t>(product & 0xff);
}

HWY_INLINE uint8_t high_byte(int16_t product) {
  return static_cast<uint8_t>(((static_cast<uint16_t>(product) >> 8) ^ 0x80) & 0xff);
}

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

/// All low bytes, then all high ones.
void arrange_row(const int16_t* products, uint8_t* row) {
  for (size_t i = 0; i < kOperands; ++i) {
    row[i] = low_byte(products[i]);
    row[kOperands + i] = high_byte(products[i]);
  }
}

void accumulate_products(const uint8_t* products, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                         size_t lane_count, size_t depth, int32_t* sums) {
  for (size_t row = 0; row < row_count; ++row, rows += depth, sums += lane_count) {
    for (size_t k = 0; k < depth; ++k) {
      const uint8_t* selected = products + 2 * kOperands * rows[k];
      for (size_t lane = 0; lane < lane_count; ++lane) {
        const size_t operand = lanes[k * lane_count + lane];
        const int32_t product = selected[operand] + 256 * (selected[kOperands + operand] - 128);
        sums[lane] = static_cast<int32_t>(static_cast<uint32_t>(sums[lane]) + static_cast<uint32_t>(product));
      }
    }
  }
}

#else  // vectors

namespace hn = hwy::HWY_NAMESPACE;

using Tag8 = hn::CappedTag<uint8_t, TableKernel::kLanes>;
using Tag16 = hn::Repartition<uint16_t, Tag8>;
using Tag32 = hn::Repartition<uint32_t, Tag8>;
using Vector8 = hn::VFromD<Tag8>;
using Vector16 = hn::VFromD<Tag16>;
using Vector32 = hn::VFromD<Tag32>;

#if HWY_TARGET == HWY_AVX3_DL

/// All low bytes, then all high ones.
void arrange_row(const int16_t* products, uint8_t* row) {
  for (size_t i = 0; i < kOperands; ++i) {
    row[i] = low_byte(products[i]);
    row[kOperands + i] = high_byte(products[i]);
  }
}

/// A row of products in eight registers.
class SelectedRow {
 public:
  HWY_INLINE explicit SelectedRow(const uint8_t* row) {
    for (size_t i = 0; i < 8; ++i) {
      part_[i] = hn::Load(Tag8(), row + 64 * i);
    }
  }

  HWY_INLINE void look_up(Vector8 operands, Vector8& low, Vector8& high) const {
    const auto upper_half = _mm512_movepi8_mask(operands.raw);
    low.raw = pick(operands, upper_half, 0);
    high.raw = pick(operands, upper_half, 4);
  }

 private:
  HWY_INLINE __m512i pick(Vector8 operands, __mmask64 upper_half, size_t first) const {
    const auto lower = _mm512_permutex2var_epi8(part_[first].raw, operands.raw, part_[first + 1].raw);
    const auto upper = _mm512_permutex2var_epi8(part_[first + 2].raw, operands.raw, part_[first + 3].raw);
    return _mm512_mask_mov_epi8(lower, upper_half, upper);
  }

  Vector8 part_[8];
};

constexpr size_t kMostVectors = 4;

#elif HWY_TARGET == HWY_AVX3

/// Low and high byte of a product next to each other.
void arrange_row(const int16_t* products, uint8_t* row) {
  for (size_t i = 0; i < kOperands; ++i) {
    row[2 * i] = low_byte(products[i]);
    row[2 * i + 1] = high_byte(products[i]);
  }
}

/// A row of products in eight registers, permuted by words: there is no permute of bytes over registers.
class SelectedRow {
 public:
  HWY_INLINE explicit SelectedRow(const uint8_t* row) {
    for (size_t i = 0; i < 8; ++i) {
      part_[i] = hn::BitCast(Tag16(), hn::Load(Tag8(), row + 64 * i));
    }
  }

  /// The products of the even lanes' operands and those of the odd lanes'.
  HWY_INLINE void look_up(Vector8 operands, Vector8& even, Vector8& odd) const {
    const auto words = hn::BitCast(Tag16(), operands);
    even = pick(hn::And(words, hn::Set(Tag16(), 0xff)));
    odd = pick(hn::ShiftRight<8>(words));
  }

 private:
  HWY_INLINE Vector8 pick(Vector16 operands) const {
    const auto second_quarter = _mm512_test_epi16_mask(operands.raw, _mm512_set1_epi16(64));
    const auto upper_half = _mm512_test_epi16_mask(operands.raw, _mm512_set1_epi16(128));
    const auto lower = _mm512_mask_mov_epi16(quarter(operands, 0), second_quarter, quarter(operands, 2));
    const auto upper = _mm512_mask_mov_epi16(quarter(operands, 4), second_quarter, quarter(operands, 6));
    return Vector8{_mm512_mask_mov_epi16(lower, upper_half, upper)};
  }
  HWY_INLINE __m512i quarter(Vector16 operands, size_t first) const {
    return _mm512_permutex2var_epi16(part_[first].raw, operands.raw, part_[first + 1].raw);
  }

  Vector16 part_[8];
};

constexpr size_t kMostVectors = 4;

#else

constexpr size_t kPieces = kOperands / 16;

/// 16 products at a time, low bytes and high bytes. Within each half of 128, a piece holds by what (XOR) it differs
/// from the piece before: an operand picks from all pieces up to its own.
void arrange_row(const int16_t* products, uint8_t* row) {
  for (size_t piece = 0; piece < kPieces; ++piece) {
    const bool first = piece % (kPieces / 2) == 0;
    for (size_t i = 0; i < 16; ++i) {
      const int16_t* product = products + 16 * piece + i;
      row[32 * piece + i] = static_cast<uint8_t>(low_byte(*product) ^ (first ? 0 : low_byte(product[-16])));
      row[32 * piece + 16 + i] = static_cast<uint8_t>(high_byte(*product) ^ (first ? 0 : high_byte(product[-16])));
    }
  }
}

/// A row of products, read again for every vector: 32 pieces are more than there are registers.
class SelectedRow {
 public:
  HWY_INLINE explicit SelectedRow(const uint8_t* row) : row_(row) {}

  HWY_INLINE void look_up(Vector8 operands, Vector8& low, Vector8& high) const {
    const Tag8 d;
    auto index = hn::And(operands, hn::Set(d, 0x7f));
    auto low0 = hn::Zero(d), high0 = hn::Zero(d), low1 = hn::Zero(d), high1 = hn::Zero(d);
    // Unrolled, the compiler sums up in another order and runs out of registers.
    HWY_UNROLL(1)
    for (size_t i = 0; i < kPieces / 2; ++i) {
      const auto place = place_in_piece(index);
      low0 = hn::Xor(low0, pick(i, 0, place));
      high0 = hn::Xor(high0, pick(i, 16, place));
      low1 = hn::Xor(low1, pick(i + kPieces / 2, 0, place));
      high1 = hn::Xor(high1, pick(i + kPieces / 2, 16, place));
      index = hn::Sub(index, hn::Set(d, 16));  // negative from the piece behind the operand's own on
    }
    const hn::Repartition<int8_t, Tag8> signed_tag;
    const auto upper_half = hn::RebindMask(d, hn::Lt(hn::BitCast(signed_tag, operands), hn::Zero(signed_tag)));
    low = hn::IfThenElse(upper_half, low1, low0);
    high = hn::IfThenElse(upper_half, high1, high0);
  }

 private:
  /// The low four bits, or the sign bit for 0.
  HWY_INLINE static Vector8 place_in_piece(Vector8 index) {
#if HWY_ARCH_X86
    return index;  // the instruction ignores the bits between
#else
    return hn::And(index, hn::Set(Tag8(), 0x8f));
#endif
  }
  HWY_INLINE Vector8 pick(size_t piece, size_t plane, Vector8 place) const {
    return hn::TableLookupBytesOr0(hn::LoadDup128(Tag8(), row_ + 32 * piece + plane), place);
  }

  const uint8_t* row_;
};

constexpr size_t kMostVectors = 2;

#endif  // HWY_TARGET == HWY_AVX3_DL

/// Sums of the bytes of one vector: of pairs as they lie (wrapping), and of the odd bytes alone.
struct ByteSums {
  Vector16 pairs, odd;

  HWY_INLINE ByteSums() : pairs(hn::Zero(Tag16())), odd(hn::Zero(Tag16())) {}
  HWY_INLINE void add(Vector8 bytes) {
    const auto words = hn::BitCast(Tag16(), bytes);
    pairs = hn::Add(pairs, words);
    odd = hn::Add(odd, hn::ShiftRight<8>(words));
  }
  HWY_INLINE Vector16 even() const { return hn::Sub(pairs, hn::ShiftLeft<8>(odd)); }
};

/// Adds the products of `taps` taps, given by the sums of the bytes that look_up() gave, to the sums of a vector's
/// lanes.
HWY_INLINE void add_to(const ByteSums& first_looked_up, const ByteSums& second_looked_up, size_t taps, int32_t* sums) {
  constexpr bool kWords = HWY_TARGET == HWY_AVX3;
  const Vector16 low_even = first_looked_up.even();
  const Vector16 high_even = kWords ? first_looked_up.odd : second_looked_up.even();
  const Vector16 low_odd = kWords ? second_looked_up.even() : first_looked_up.odd;
  const Vector16 high_odd = second_looked_up.odd;
  const Tag32 d;
  auto* to = reinterpret_cast<uint32_t*>(sums);
  const auto inverted_signs = hn::Set(d, static_cast<uint32_t>(taps) << 15);
  const auto join = [&](Vector32 low_sum, Vector32 high_sum) {
    return hn::Sub(hn::Add(low_sum, hn::ShiftLeft<8>(high_sum)), inverted_signs);
  };
  const auto first = [&](Vector16 words) { return hn::And(hn::BitCast(d, words), hn::Set(d, 0xffff)); };
  const auto second = [&](Vector16 words) { return hn::ShiftRight<16>(hn::BitCast(d, words)); };
  Vector32 sum0, sum1, sum2, sum3;
  hn::LoadInterleaved4(d, to, sum0, sum1, sum2, sum3);
  sum0 = hn::Add(sum0, join(first(low_even), first(high_even)));
  sum1 = hn::Add(sum1, join(first(low_odd), first(high_odd)));
  sum2 = hn::Add(sum2, join(second(low_even), second(high_even)));
  sum3 = hn::Add(sum3, join(second(low_odd), second(high_odd)));
  hn::StoreInterleaved4(sum0, sum1, sum2, sum3, d, to);
}

/// One row, kVectors vectors of lanes.
template <size_t kVectors>
HWY_INLINE void accumulate_row(const uint8_t* HWY_RESTRICT products, const uint8_t* HWY_RESTRICT row,
                               const uint8_t* HWY_RESTRICT lanes, size_t lane_count, size_t depth,
                               int32_t* HWY_RESTRICT sums) {
  constexpr size_t kMostTaps = 256;
  const Tag8 d;
  const size_t step = hn::Lanes(d);
  for (size_t begin = 0; begin < depth; begin += kMostTaps) {
    const size_t end = std::min(begin + kMostTaps, depth);
    ByteSums first[kVectors];
    ByteSums second[kVectors];
    for (size_t k = begin; k < end; ++k) {
      const SelectedRow selected(products + 2 * kOperands * row[k]);
      for (size_t v = 0; v < kVectors; ++v) {
        Vector8 first_bytes, second_bytes;
        selected.look_up(hn::LoadU(d, lanes + k * lane_count + v * step), first_bytes, second_bytes);
        first[v].add(first_bytes);
        second[v].add(second_bytes);
      }
    }
    for (size_t v = 0; v < kVectors; ++v) {
      add_to(first[v], second[v], end - begin, sums + v * step);
    }
  }
}

template <size_t kVectors>
HWY_INLINE void accumulate_lanes(const uint8_t* products, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                                 size_t lane_count, size_t depth, int32_t* sums) {
  for (size_t row = 0; row < row_count; ++row) {
    accumulate_row<kVectors>(products, rows + row * depth, lanes, lane_count, depth, sums + row * lane_count);
  }
}

void accumulate_products(const uint8_t* products, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                         size_t lane_count, size_t depth, int32_t* sums) {
  const size_t step = hn::Lanes(Tag8());
  size_t lane = 0;
  for (; lane + kMostVectors * step <= lane_count; lane += kMostVectors * step) {
    accumulate_lanes<kMostVectors>(products, rows, row_count, lanes + lane, lane_count, depth, sums + lane);
  }
  for (; lane + 2 * step <= lane_count; lane += 2 * step) {
    accumulate_lanes<2>(products, rows, row_count, lanes + lane, lane_count, depth, sums + lane);
  }
  for (; lane < lane_count; lane += step) {
    accumulate_lanes<1>(products, rows, row_count, lanes + lane, lane_count, depth, sums + lane);
  }
}

#endif  // vectors

}  // namespace faultline::engine::table_kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::engine {
namespace table_kernel {

HWY_EXPORT(arrange_row);
HWY_EXPORT(accumulate_products);

}  // namespace table_kernel

TableKernel::TableKernel(const hw::Multiplier& multiplier, Rows rows) : products_(256) {
  int16_t products[256];
  for (int row = 0; row < 256; ++row) {
    for (int lane = 0; lane < 256; ++lane) {
      const int activation = rows == Rows::kWeights ? lane : row;
      const int weight = rows == Rows::kWeights ? row : lane;
      products[lane] = multiplier.product(static_cast<int8_t>(activation), static_cast<int8_t>(weight));
    }
    HWY_DYNAMIC_DISPATCH(table_kernel::arrange_row)(products, products_[static_cast<size_t>(row)].bytes);
  }
}

void TableKernel::accumulate(const uint8_t* rows, size_t row_count, const uint8_t* lanes, size_t lane_count,
                             size_t depth, int32_t* sums) const {
  HWY_DYNAMIC_DISPATCH(table_kernel::accumulate_products)
  (products_.front().bytes, rows, row_count, lanes, lane_count, depth, sums);
}

}  // namespace faultline::engine
#endif  // HWY_ONCE
