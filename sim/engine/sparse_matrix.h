#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/common/signed_bits.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Type of the sums of layers whose operands are Code: int8_t, or int16_t where they are wide.
template <typename Code>
using SumOf = std::conditional_t<std::is_same_v<Code, int8_t>, int32_t, int64_t>;

/// `sum + difference` as the register of a sum holds it: modulo 2^32, or 2^48 where operands are wide.
inline int32_t add_to(int32_t sum, int64_t difference) {
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(difference));
}
inline int64_t add_to(int64_t sum, int64_t difference) {
  return hw::wrap_to(sum + difference, hw::OperandFormat{16}.sum_bits());
}

/// By how much sums of a MatrixOperator differ, and where: [pixel][output channel], as add_to() wraps them. All 0 when
/// empty.
template <typename Sum>
class SumDifferences {
 public:
  void resize(size_t pixels, size_t channels);
  bool empty() const { return pixels_.empty(); }

  void add(size_t pixel, size_t channel, int64_t difference) {
    Sum& sum = at(pixel)[channel];
    sum = add_to(sum, difference);
  }
  Sum of(size_t pixel, size_t channel) const { return differences_[pixel * channels_ + channel]; }
  /// The differences of one pixel, one per channel, to be changed.
  Sum* at(size_t pixel) {
    if (touched_[pixel] == 0) {
      touched_[pixel] = 1;
      pixels_.push_back(pixel);
    }
    return differences_.data() + pixel * channels_;
  }
  /// Pixels that at() was asked for since the last clear().
  const std::vector<size_t>& pixels() const { return pixels_; }
  void clear();

 private:
  size_t channels_ = 0;
  std::vector<Sum> differences_;
  std::vector<uint8_t> touched_;  ///< by pixel
  std::vector<size_t> pixels_;
};

/// A MatrixOperator with its weights in the order in which one input meets them, so that the sums that a few inputs
/// change can be found from these inputs alone. Code is int8_t, or int16_t where operands are wide.
template <typename Code>
class SparseMatrix {
 public:
  using Sum = SumOf<Code>;

  /// Both must outlive this object.
  SparseMatrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier);

  /// Products of one input element, over all that it meets: what one difference costs.
  size_t products_per_input() const;
  /// Adds what changing input element `index` (of the host's tensor) from `before` to `after` does to the sums.
  void change(size_t index, Code before, Code after, SumDifferences<Sum>& sums) const;

 private:
  /// Holds the sum of the weights of several planes.
  using Combined = std::conditional_t<std::is_same_v<Code, int8_t>, int16_t, int32_t>;

  void change_pixel(const Code* codes, const Combined* combined, Code before, Code after, Sum* sums) const;

  const model::MatrixOperator& layer_;
  const hw::Multiplier& multiplier_;
  std::vector<Code> codes_;         ///< [input channel][ky][kx][plane][output channel of the group]
  std::vector<Combined> combined_;  ///< exact multiplier: summed over the planes
};

}  // namespace faultline::engine
