#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/layer_multipliers.h"
#include "sim/engine/matrix_kernels.h"
#include "sim/engine/operand_matrix.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A MatrixOperator with its weights laid out for the kernels: pixels in the lanes of vectors, or output channels where
/// there are too few pixels.
class FunctionalMatrix {
 public:
  FunctionalMatrix(const model::MatrixOperator& layer, const LayerMultipliers::Layer& multiplier);

  /// The layer's output for one sample. Thread-safe.
  model::Values run(const std::vector<int8_t>& input) const;
  /// The sums before the bias, [pixel][output channel]. Thread-safe.
  std::vector<int32_t> sums(const std::vector<int8_t>& input) const;

 private:
  template <typename Finish>
  void accumulate(const std::vector<int8_t>& input, Finish finish) const;
  template <typename Finish>
  void accumulate_pixel_lanes(const int8_t* input, Finish finish) const;
  template <typename Finish>
  void accumulate_by_element(const std::vector<int8_t>& input, Finish finish) const;
  template <typename Finish>
  void accumulate_channel_lanes(const int8_t* input, Finish finish) const;
  void prepare_rows();
  void prepare_lanes();
  size_t padded_lanes(size_t lanes) const;
  size_t depth() const;
  int band_rows() const;

  const model::MatrixOperator& layer_;
  std::shared_ptr<const MatrixKernels> kernels_;
  std::shared_ptr<const ElementMatrix> elements_;  ///< takes the products where elements differ
  OperandMatrix operands_;
  bool channels_in_lanes_;
  size_t channel_lanes_;         ///< padded output channels, when they are in lanes
  std::vector<int32_t> groups_;  ///< weights for the exact kernel, a plane after the other
  std::vector<uint8_t> codes_;   ///< weights for the table kernel
};

}  // namespace faultline::engine
