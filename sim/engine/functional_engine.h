#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/engine/layer_multipliers.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Integer inference without a clock: the values that the accelerator must give, fault-free. Const calls are
/// thread-safe.
class FunctionalEngine {
 public:
  FunctionalEngine(std::shared_ptr<const model::Network> network, LayerMultipliers multipliers);

  const model::Network& network() const { return *network_; }
  const LayerMultipliers& multipliers() const { return multipliers_; }

  /// All tensors of one sample, indexed by TensorId. `input` has the type and size that the network declares for its
  /// input; throws std::invalid_argument otherwise.
  std::vector<model::Values> run(const model::Values& input) const;

  /// Runs operators [first, end) over tensors of which those that these operators read are filled.
  void run_from(size_t first, std::vector<model::Values>& tensors) const;

  /// Runs one operator.
  void run_operator(size_t index, std::vector<model::Values>& tensors) const;

 private:
  using Step = std::function<model::Values(const std::vector<const model::Values*>&)>;

  std::shared_ptr<const model::Network> network_;
  LayerMultipliers multipliers_;
  std::vector<Step> steps_;
};

}  // namespace faultline::engine
