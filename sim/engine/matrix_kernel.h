#pragma once

#include <cstddef>
#include <cstdint>

namespace faultline::engine {

/// Lanes are padded to a multiple of this, so that a kernel needs no remainder.
constexpr size_t kLanePadding = 16;

constexpr size_t padded_lanes(size_t lanes) {
  return (lanes + kLanePadding - 1) / kLanePadding * kLanePadding;
}

/// Two operands that meet two others in one step: `even` in the low 16 bits, `odd` in the high ones.
inline int32_t operand_pair(int8_t even, int8_t odd) {
  const auto low = static_cast<uint32_t>(static_cast<uint16_t>(even));
  const auto high = static_cast<uint32_t>(static_cast<uint16_t>(odd));
  return static_cast<int32_t>(low | (high << 16));
}

/// pairs[i] = operand_pair(even[i], odd[i]) for `count` (a multiple of kLanePadding) lanes.
void pair_operands(const int8_t* even, const int8_t* odd, size_t count, int32_t* pairs);

/// sums[row][lane] += sum over p of the products of the pairs rows[row][p] and lanes[p][lane], wrapping at 32 bits.
/// `rows` is row_count x depth, `lanes` depth x lane_count, `sums` row_count x lane_count, all row-major; lane_count is
/// a multiple of kLanePadding.
void accumulate_exact(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                      int32_t* sums);

/// Operands of a product table: index = (row << row_shift | lane << lane_shift), one shift being 0 and the other 8.
struct TableOperands {
  const int16_t* table = nullptr;  ///< 65536 entries and one more that may be read
  int row_shift = 0;
  int lane_shift = 0;
};

/// sums[row][lane] += sum over k of table[...rows[row][k], lanes[k][lane]...]; shapes as for accumulate_exact, one
/// operand an element.
void accumulate_by_table(const TableOperands& operands, const uint8_t* rows, size_t row_count, const uint8_t* lanes,
                         size_t lane_count, size_t depth, int32_t* sums);

}  // namespace faultline::engine
