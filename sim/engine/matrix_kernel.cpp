#include "sim/engine/matrix_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/matrix_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faultline::engine::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void pair_operands(const int8_t* even, const int8_t* odd, size_t count, int32_t* pairs) {
  for (size_t i = 0; i < count; ++i) {
    pairs[i] = operand_pair(even[i], odd[i]);
  }
}

void accumulate_exact(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                      int32_t* sums) {
  const auto even = [](int32_t pair) { return static_cast<int32_t>(static_cast<int16_t>(pair & 0xffff)); };
  for (size_t row = 0; row < row_count; ++row, rows += depth, sums += lane_count) {
    for (size_t p = 0; p < depth; ++p) {
      for (size_t lane = 0; lane < lane_count; ++lane) {
        const int32_t pair = lanes[p * lane_count + lane];
        const int32_t products = even(rows[p]) * even(pair) + (rows[p] >> 16) * (pair >> 16);
        sums[lane] = static_cast<int32_t>(static_cast<uint32_t>(sums[lane]) + static_cast<uint32_t>(products));
      }
    }
  }
}

void accumulate_by_table(const TableOperands& operands, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                         size_t lane_count, size_t depth, int32_t* sums) {
  for (size_t row = 0; row < row_count; ++row, rows += depth, sums += lane_count) {
    for (size_t k = 0; k < depth; ++k) {
      for (size_t lane = 0; lane < lane_count; ++lane) {
        const size_t index =
            (size_t{rows[k]} << operands.row_shift) | (size_t{lanes[k * lane_count + lane]} << operands.lane_shift);
        sums[lane] = static_cast<int32_t>(static_cast<uint32_t>(sums[lane]) +
                                          static_cast<uint32_t>(int32_t{operands.table[index]}));
      }
    }
  }
}

#else  // vectors

namespace hn = hwy::HWY_NAMESPACE;

using Tag32 = hn::CappedTag<int32_t, kLanePadding>;
using Tag16 = hn::Repartition<int16_t, Tag32>;
using Tag8 = hn::Rebind<int8_t, Tag32>;
using TagU8 = hn::Rebind<uint8_t, Tag32>;
using Vector = hn::VFromD<Tag32>;

void pair_operands(const int8_t* HWY_RESTRICT even, const int8_t* HWY_RESTRICT odd, size_t count,
                   int32_t* HWY_RESTRICT pairs) {
  const Tag32 d;
  const Tag8 d8;
  const auto low_half = hn::Set(d, 0xffff);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto low = hn::And(hn::PromoteTo(d, hn::LoadU(d8, even + i)), low_half);
    const auto high = hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(d8, odd + i)));
    hn::StoreU(hn::Or(low, high), d, pairs + i);
  }
}

/// Adds the products of one pair of operands of a row with those of all lanes.
HWY_INLINE void multiply_pair(int32_t row, Vector lanes, Vector& sum, Vector& other_sum) {
  const Tag32 d;
  const Tag16 d16;
  const auto broadcast = hn::BitCast(d16, hn::Set(d, row));
  sum = hn::ReorderWidenMulAccumulate(d, broadcast, hn::BitCast(d16, lanes), sum, other_sum);
}

HWY_INLINE void add_to(int32_t* sums, Vector sum, Vector other_sum) {
  const Tag32 d;
  hn::StoreU(hn::Add(hn::LoadU(d, sums), hn::RearrangeToOddPlusEven(sum, other_sum)), d, sums);
}

/// Four rows at a time, so that each vector of lanes is used four times for one load.
HWY_INLINE void four_rows_exact(const int32_t* HWY_RESTRICT rows, const int32_t* HWY_RESTRICT lanes, size_t lane_count,
                                size_t depth, int32_t* HWY_RESTRICT sums) {
  const Tag32 d;
  for (size_t lane = 0; lane < lane_count; lane += hn::Lanes(d)) {
    auto sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
    auto other0 = hn::Zero(d), other1 = hn::Zero(d), other2 = hn::Zero(d), other3 = hn::Zero(d);
    for (size_t p = 0; p < depth; ++p) {
      const auto column = hn::LoadU(d, lanes + p * lane_count + lane);
      multiply_pair(rows[p], column, sum0, other0);
      multiply_pair(rows[depth + p], column, sum1, other1);
      multiply_pair(rows[2 * depth + p], column, sum2, other2);
      multiply_pair(rows[3 * depth + p], column, sum3, other3);
    }
    add_to(sums + lane, sum0, other0);
    add_to(sums + lane_count + lane, sum1, other1);
    add_to(sums + 2 * lane_count + lane, sum2, other2);
    add_to(sums + 3 * lane_count + lane, sum3, other3);
  }
}

HWY_INLINE void one_row_exact(const int32_t* HWY_RESTRICT row, const int32_t* HWY_RESTRICT lanes, size_t lane_count,
                              size_t depth, int32_t* HWY_RESTRICT sums) {
  const Tag32 d;
  for (size_t lane = 0; lane < lane_count; lane += hn::Lanes(d)) {
    auto sum = hn::Zero(d), other = hn::Zero(d);
    for (size_t p = 0; p < depth; ++p) {
      multiply_pair(row[p], hn::LoadU(d, lanes + p * lane_count + lane), sum, other);
    }
    add_to(sums + lane, sum, other);
  }
}

void accumulate_exact(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                      int32_t* sums) {
  size_t row = 0;
  for (; row + 4 <= row_count; row += 4) {
    four_rows_exact(rows + row * depth, lanes, lane_count, depth, sums + row * lane_count);
  }
  for (; row < row_count; ++row) {
    one_row_exact(rows + row * depth, lanes, lane_count, depth, sums + row * lane_count);
  }
}

void accumulate_by_table(const TableOperands& operands, const uint8_t* HWY_RESTRICT rows, size_t row_count,
                         const uint8_t* HWY_RESTRICT lanes, size_t lane_count, size_t depth,
                         int32_t* HWY_RESTRICT sums) {
  const Tag32 d;
  const TagU8 d8;
  // A product is the low half of the 32 bits at its byte offset.
  const auto* base = reinterpret_cast<const int32_t*>(operands.table);
  for (size_t row = 0; row < row_count; ++row) {
    for (size_t lane = 0; lane < lane_count; lane += hn::Lanes(d)) {
      auto sum = hn::LoadU(d, sums + row * lane_count + lane);
      for (size_t k = 0; k < depth; ++k) {
        const auto operand = hn::PromoteTo(d, hn::LoadU(d8, lanes + k * lane_count + lane));
        const auto row_offset = hn::Set(d, static_cast<int32_t>(rows[row * depth + k]) << (operands.row_shift + 1));
        const auto offset = hn::Add(hn::ShiftLeftSame(operand, operands.lane_shift + 1), row_offset);
        const auto product = hn::ShiftRight<16>(hn::ShiftLeft<16>(hn::GatherOffset(d, base, offset)));
        sum = hn::Add(sum, product);
      }
      hn::StoreU(sum, d, sums + row * lane_count + lane);
    }
  }
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace faultline::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faultline::engine {

HWY_EXPORT(pair_operands);
HWY_EXPORT(accumulate_exact);
HWY_EXPORT(accumulate_by_table);

void pair_operands(const int8_t* even, const int8_t* odd, size_t count, int32_t* pairs) {
  HWY_DYNAMIC_DISPATCH(pair_operands)(even, odd, count, pairs);
}

void accumulate_exact(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                      int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(accumulate_exact)(rows, row_count, lanes, lane_count, depth, sums);
}

void accumulate_by_table(const TableOperands& operands, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                         size_t lane_count, size_t depth, int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(accumulate_by_table)(operands, rows, row_count, lanes, lane_count, depth, sums);
}

}  // namespace faultline::engine
#endif  // HWY_ONCE
