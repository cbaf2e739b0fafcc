#pragma once

#include <vector>

#include "sim/model/network.h"

namespace faultline::model {

/// Convolution or matrix product in float, for layers that the file does not quantise. Weights as MatrixOperator orders
/// them (one plane); sums in double.
class FloatMatrix : public HostOperator {
 public:
  FloatMatrix(const ConvolutionGeometry& geometry, Layout layout, std::vector<float> weights, std::vector<double> bias);
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  double accumulate(const std::vector<float>& input, int channel, int y, int x) const;

  ConvolutionGeometry geometry_;
  std::vector<float> weights_;
  std::vector<double> bias_;
  size_t channel_step_in_, pixel_step_in_, channel_step_out_, pixel_step_out_;
};

/// Product of two values that are both computed at run time: (..., m, k) by (..., k, n), leading extents broadcast.
class FloatMatrixProduct : public HostOperator {
 public:
  /// Offsets of the k x n and m x k matrices of each m x n matrix of the result.
  FloatMatrixProduct(size_t m, size_t k, size_t n, std::vector<size_t> left, std::vector<size_t> right)
      : m_(m), k_(k), n_(n), left_(std::move(left)), right_(std::move(right)) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  size_t m_, k_, n_;
  std::vector<size_t> left_, right_;
};

}  // namespace faultline::model
