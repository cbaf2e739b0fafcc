#include "sim/engine/matrix_kernels.h"

namespace faultline::engine {

MatrixKernels::MatrixKernels(const hw::Multiplier& multiplier) {
  if (!multiplier.exact()) {
    by_weight_ = std::make_unique<const TableKernel>(multiplier, TableKernel::Rows::kWeights);
    by_activation_ = std::make_unique<const TableKernel>(multiplier, TableKernel::Rows::kActivations);
  }
}

}  // namespace faultline::engine
