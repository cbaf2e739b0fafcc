#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/model/network.h"

namespace faultline::engine {

class ElementMatrix;
class MatrixKernels;

/// Which multiplier takes the products of each layer of a network.
class LayerMultipliers {
 public:
  struct Layer {
    hw::Multiplier multiplier;  ///< the one that is selected
    std::shared_ptr<const MatrixKernels> kernels;
    /// The whole layer, where elements differ; else nullptr.
    std::shared_ptr<const ElementMatrix> elements;
  };

  /// One for all products.
  LayerMultipliers(const hw::Multiplier& everywhere);  // NOLINT: a multiplier will do
  /// Those of an accelerator. `network` must outlive this object. Throws UserError as mapping::compile() does.
  LayerMultipliers(const model::Network& network, const hw::AcceleratorConfig& config);

  /// Of an operator of the network.
  const Layer& of(size_t operator_index) const { return layers_.empty() ? everywhere_ : layers_[operator_index]; }

 private:
  Layer everywhere_;
  std::vector<Layer> layers_;  ///< by operator; empty: all the same
};

}  // namespace faultline::engine
