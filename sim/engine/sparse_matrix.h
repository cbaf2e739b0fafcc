#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// By how much sums of a MatrixOperator differ, and where: [pixel][output channel], modulo 2^32. All 0 when empty.
class SumDifferences {
 public:
  void resize(size_t pixels, size_t channels);
  bool empty() const { return pixels_.empty(); }

  void add(size_t pixel, size_t channel, int32_t difference) {
    int32_t& sum = at(pixel)[channel];
    sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(difference));
  }
  int32_t of(size_t pixel, size_t channel) const { return differences_[pixel * channels_ + channel]; }
  /// The differences of one pixel, one per channel, to be changed.
  int32_t* at(size_t pixel) {
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
  std::vector<int32_t> differences_;
  std::vector<uint8_t> touched_;  ///< by pixel
  std::vector<size_t> pixels_;
};

/// A MatrixOperator with its weights in the order in which one input meets them, so that the sums that a few inputs
/// change can be found from these inputs alone.
class SparseMatrix {
 public:
  /// Both must outlive this object.
  SparseMatrix(const model::MatrixOperator& layer, const hw::Multiplier& multiplier);

  /// Products of one input element, over all that it meets: what one difference costs.
  size_t products_per_input() const;
  /// Adds what changing input element `index` (of the host's tensor) from `before` to `after` does to the sums.
  void change(size_t index, int8_t before, int8_t after, SumDifferences& sums) const;

 private:
  void change_pixel(const int8_t* codes, const int16_t* combined, int8_t before, int8_t after, int32_t* sums) const;

  const model::MatrixOperator& layer_;
  const hw::Multiplier& multiplier_;
  std::vector<int8_t> codes_;      ///< [input channel][ky][kx][plane][output channel of the group]
  std::vector<int16_t> combined_;  ///< exact multiplier: summed over the planes
};

}  // namespace faultline::engine
