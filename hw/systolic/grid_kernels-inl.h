// Vectors of processing elements, shared by the SIMD kernels. Compiled once for each instruction set, hence the guard
// that toggles.
#if defined(FAULTLINE_GRID_KERNELS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef FAULTLINE_GRID_KERNELS_INL
#undef FAULTLINE_GRID_KERNELS_INL
#else
#define FAULTLINE_GRID_KERNELS_INL
#endif

#include <hwy/highway.h>

#include "hw/systolic/grid_kernels.h"
#include "hw/systolic/grid_state.h"

HWY_BEFORE_NAMESPACE();
namespace faultline::hw {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One vector step handles as many neighbouring processing elements as a vector holds sums.
using SumTag = hn::CappedTag<int32_t, GridState::kRowMultiple>;
using ProductTag = hn::Rebind<int16_t, SumTag>;
using OperandTag = hn::Rebind<int8_t, SumTag>;
using BitTag = hn::Rebind<uint8_t, SumTag>;
using Sums = hn::Vec<SumTag>;
using Operands = hn::Vec<OperandTag>;
using Bits = hn::Vec<BitTag>;

/// 0 or 1 in each lane to 0 or all ones.
HWY_INLINE Bits spread(Bits bits) {
  return hn::Sub(hn::Zero(BitTag()), bits);
}

/// Multiplies by the processor.
struct ExactMultiplier {
  explicit ExactMultiplier(const int16_t* /*table*/) {}

  /// The products of valid lanes, 0 in the others.
  HWY_INLINE Sums operator()(Operands eastward, Operands other, Bits valid) const {
    const ProductTag d;
    const Operands masked = hn::And(eastward, hn::BitCast(OperandTag(), spread(valid)));
    return hn::PromoteTo(SumTag(), hn::Mul(hn::PromoteTo(d, masked), hn::PromoteTo(d, other)));
  }
};

/// Multiplies by a table of products in the order of Multiplier::index().
template <bool kEastwardIsWeight>
struct TableMultiplier {
  explicit TableMultiplier(const int16_t* table) : table_(table) {}

  HWY_INLINE Sums operator()(Operands eastward, Operands other, Bits valid) const {
    const SumTag d;
    if (hn::AllTrue(BitTag(), hn::Eq(valid, hn::Zero(BitTag())))) {
      return hn::Zero(d);
    }
    const Sums row = hn::PromoteTo(d, hn::BitCast(BitTag(), kEastwardIsWeight ? eastward : other));
    const Sums column = hn::PromoteTo(d, hn::BitCast(BitTag(), kEastwardIsWeight ? other : eastward));
    const Sums byte_offset = hn::Or(hn::ShiftLeft<9>(row), hn::ShiftLeft<1>(column));
    // Gathers fetch 32 bits: the product and its neighbour above.
    const Sums pairs = hn::GatherOffset(d, reinterpret_cast<const int32_t*>(table_), byte_offset);
    const Sums mask = hn::PromoteTo(d, hn::BitCast(OperandTag(), spread(valid)));
    return hn::And(mask, hn::ShiftRight<16>(hn::ShiftLeft<16>(pairs)));
  }

 private:
  const int16_t* table_;
};

/// The lanes of a row's registers after a shift by one column to the east; `entering` comes into column 0. Reads the
/// element before `row` and ignores its value.
template <class D, typename T>
HWY_INLINE hn::Vec<D> from_west(D d, const T* row, size_t column, T entering) {
  const auto shifted = hn::LoadU(d, row + column - 1);
  return column > 0 ? shifted : hn::IfThenElse(hn::FirstN(d, 1), hn::Set(d, entering), shifted);
}

/// Stores the lanes of `values` that are columns of the grid, 0 in the padding after them.
template <class D, typename T>
HWY_INLINE void store_columns(D d, hn::Vec<D> values, T* row, size_t column, size_t columns) {
  if (HWY_UNLIKELY(column + hn::Lanes(d) > columns)) {
    values = hn::IfThenElseZero(hn::FirstN(d, columns - column), values);
  }
  hn::StoreU(values, d, row + column);
}

/// The first column of the rightmost vector of a row; vectors go from there to the west, so that every one still finds
/// the old value of its western neighbour.
HWY_INLINE size_t rightmost_vector(size_t columns) {
  const size_t lanes = hn::Lanes(SumTag());
  return (columns - 1) / lanes * lanes;
}

}  // namespace HWY_NAMESPACE
}  // namespace faultline::hw
HWY_AFTER_NAMESPACE();

#endif  // toggling guard
