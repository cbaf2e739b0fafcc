#pragma once

#include "sim/model/network.h"

namespace faultline::model {

/// Pooling in float, or whose windows do not all count the same number of elements: average (over the real taps, or over
/// the declared padding too) and maximum.
class FloatPooling : public HostOperator {
 public:
  enum class Function { kAverage, kAverageWithPadding, kMaximum };

  /// `pad_bottom` and `pad_right` limit what kAverageWithPadding counts; ceil_mode may reach further.
  FloatPooling(const ConvolutionGeometry& geometry, int pad_bottom, int pad_right, Function function)
      : geometry_(geometry), pad_bottom_(pad_bottom), pad_right_(pad_right), function_(function) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  float pool(const float* channel, int y, int x) const;

  ConvolutionGeometry geometry_;
  int pad_bottom_, pad_right_;
  Function function_;
};

}  // namespace faultline::model
