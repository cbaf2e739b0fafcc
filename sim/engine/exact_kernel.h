#pragma once

#include <cstddef>
#include <cstdint>

namespace faultline::engine {

/// The exact product of two int8 matrices, rows [row][tap] and lanes [tap][lane]: sums[row][lane] = sum over the taps,
/// wrapping at 32 bits. SIMD, chosen for the processor at run time.
///
/// Both matrices are packed first: as many taps as the processor multiplies and adds in one step (4 int8, or 2 widened
/// to int16) share 32 bits, a group; taps that are missing in the last group are 0. Packing and multiplying must happen
/// on the same target of the vector library.
namespace exact_kernel {

/// Lanes come in multiples of this, so that no kernel needs a remainder.
constexpr size_t kLanes = 16;

/// Groups that `taps` taps take.
size_t groups(size_t taps);

/// One row: `taps` codes to groups(taps) groups.
void pack_row(const int8_t* codes, size_t taps, int32_t* packed);

/// All lanes: [tap][lane] codes to [group][lane] groups; `lanes` is a multiple of kLanes.
void pack_lanes(const int8_t* codes, size_t taps, size_t lanes, int32_t* packed);

/// Adds the products: `rows` is row_count x depth groups, `lanes` depth x lane_count, `sums` row_count x lane_count,
/// all row-major; lane_count is a multiple of kLanes.
void accumulate(const int32_t* rows, size_t row_count, const int32_t* lanes, size_t lane_count, size_t depth,
                int32_t* sums);

}  // namespace exact_kernel
}  // namespace faultline::engine
