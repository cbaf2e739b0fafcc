#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/arithmetic/multiplier.h"

namespace faultline::engine {

/// The product of two int8 matrices by a multiplier's table, rows [row][tap] and lanes [tap][lane]: any 256 x 256 table
/// of int16 products. SIMD, chosen for the processor at run time.
///
/// A row's operand selects 256 products, which are held in registers (or the first-level cache) and permuted by the
/// operands of the lanes: no gathers. Made and used on the same target of the vector library.
class TableKernel {
 public:
  /// Lanes come in multiples of this, so that no kernel needs a remainder.
  static constexpr size_t kLanes = 64;

  /// Which operand of the multiplier the rows hold; the lanes hold the other one.
  enum class Rows { kWeights, kActivations };

  TableKernel(const hw::Multiplier& multiplier, Rows rows);

  /// sums[row][lane] += sum over the taps of the products of rows[row][tap] and lanes[tap][lane], wrapping at 32 bits.
  /// Operands are codes read as unsigned. `rows` is row_count x depth, `lanes` depth x lane_count, `sums` row_count x
  /// lane_count, all row-major; lane_count is a multiple of kLanes. Thread-safe.
  void accumulate(const uint8_t* rows, size_t row_count, const uint8_t* lanes, size_t lane_count, size_t depth,
                  int32_t* sums) const;

 private:
  /// The 256 products of one operand, in an order of the target's own.
  struct alignas(64) ProductRow {
    uint8_t bytes[512];
  };

  std::vector<ProductRow> products_;
};

}  // namespace faultline::engine
