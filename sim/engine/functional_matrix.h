#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/engine/operand_matrix.h"
#include "sim/engine/table_kernel.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// How matrices are multiplied with a multiplier: by the processor's own instructions, or by its table. One for all
/// layers, so that the table stays in the second-level cache.
class MatrixKernels {
 public:
  explicit MatrixKernels(const hw::Multiplier& multiplier);

  /// True for the exact multiplier; else the tables below.
  bool exact() const { return by_weight_ == nullptr; }
  const TableKernel& by_weight() const { return *by_weight_; }
  const TableKernel& by_activation() const { return *by_activation_; }

 private:
  std::unique_ptr<const TableKernel> by_weight_;
  std::unique_ptr<const TableKernel> by_activation_;
};

/// A MatrixOperator with its weights laid out for the kernels: pixels in the lanes of vectors, or output channels where
/// there are too few pixels.
class FunctionalMatrix {
 public:
  FunctionalMatrix(const model::MatrixOperator& layer, std::shared_ptr<const MatrixKernels> kernels);

  /// The layer's output for one sample. Thread-safe.
  model::Values run(const std::vector<int8_t>& input) const;
  /// The sums before the bias, [pixel][output channel]. Thread-safe.
  std::vector<int32_t> sums(const std::vector<int8_t>& input) const;

 private:
  template <typename Finish>
  void accumulate(const int8_t* input, Finish finish) const;
  template <typename Finish>
  void accumulate_pixel_lanes(const int8_t* input, Finish finish) const;
  template <typename Finish>
  void accumulate_channel_lanes(const int8_t* input, Finish finish) const;
  void prepare_rows();
  void prepare_lanes();
  size_t padded_lanes(size_t lanes) const;
  size_t depth() const;
  int band_rows() const;

  const model::MatrixOperator& layer_;
  std::shared_ptr<const MatrixKernels> kernels_;
  OperandMatrix operands_;
  bool channels_in_lanes_;
  size_t channel_lanes_;         ///< padded output channels, when they are in lanes
  std::vector<int32_t> groups_;  ///< weights for the exact kernel, a plane after the other
  std::vector<uint8_t> codes_;   ///< weights for the table kernel
};

}  // namespace faultline::engine
