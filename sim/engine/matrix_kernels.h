#pragma once

#include <memory>

#include "hw/arithmetic/multiplier.h"
#include "sim/engine/table_kernel.h"

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

}  // namespace faultline::engine
