#pragma once

#include <array>

#include "sim/model/network.h"

namespace faultline::model {

/// The order in which float averages add the taps of a window. Ties between two codes are decided by the rounding
/// errors of these sums, so they are made as ONNX Runtime makes them (measured, version 1.30).
enum class SumOrder {
  kRows,         ///< tap by tap, row after row
  kColumns,      ///< each column first, then the columns: windows with a horizontal stride of 1 or 2
  kQuarters,     ///< every fourth tap, then (0 + 2) + (1 + 3): one window over everything
  kExactInteger  ///< the runtime adds codes, without rounding errors
};

/// Pooling in float: average (over the real taps, or over the declared padding too) and maximum.
class FloatPooling : public HostOperator {
 public:
  enum class Function { kAverage, kAverageWithPadding, kMaximum };

  /// `pad_bottom` and `pad_right` limit what kAverageWithPadding counts; ceil_mode may reach further.
  FloatPooling(const ConvolutionGeometry& geometry, int pad_bottom, int pad_right, Function function, SumOrder order)
      : geometry_(geometry), pad_bottom_(pad_bottom), pad_right_(pad_right), function_(function), order_(order) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  float pool(const float* channel, int y, int x) const;
  float maximum(const float* channel, int y, int x) const;
  float sum(const float* channel, int y, int x) const;
  /// Taps that lie inside the input, or inside its declared padding.
  int count(int y, int x, bool with_padding) const;
  /// nullptr outside the input.
  const float* tap(const float* channel, int y, int x, int ky, int kx) const;

  ConvolutionGeometry geometry_;
  int pad_bottom_, pad_right_;
  Function function_;
  SumOrder order_;
};

}  // namespace faultline::model
