#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/network.h"

namespace faultline::engine {

/// The activations that the taps of a convolution meet, as a matrix (taps x pixels) that is filled a band of output
/// rows at a time: im2col. Code is int8_t, or int16_t where operands are wide.
template <typename Code>
class BasicOperandMatrix {
 public:
  BasicOperandMatrix(const model::ConvolutionGeometry& geometry, model::Layout layout, Code pad_value);

  /// Output rows and columns; 1x1 convolutions are laid out as one row, so these differ from the geometry's.
  int rows() const { return geometry_.out_height; }
  int columns() const { return geometry_.out_width; }
  int taps() const { return geometry_.taps(); }

  /// Writes the operands of output rows [first, last) for `group`: element [tap][pixel] at matrix[tap * stride +
  /// pixel]. Taps in the order of MatrixOperator::weights.
  void fill(const Code* input, int group, int first, int last, size_t stride, Code* matrix) const;

 private:
  /// Output columns whose tap lies inside the input, for each kernel column.
  struct Span {
    int begin, end;
  };

  void fill_tap(const Code* channel, int ky, int kx, int first, int last, Code* to) const;
  void copy_row(const Code* row, int kx, Code* to) const;

  model::ConvolutionGeometry geometry_;
  Code pad_value_;
  size_t channel_step_, pixel_step_;
  std::vector<Span> inside_;
};

using OperandMatrix = BasicOperandMatrix<int8_t>;
using WideOperandMatrix = BasicOperandMatrix<int16_t>;

}  // namespace faultline::engine
