#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/campaign/inference_target.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/incremental_inference.h"
#include "sim/harden/neuron_protection.h"
#include "sim/model/dataset.h"

namespace faultline::campaign {

/// A network whose stored neuron outputs are struck, without an accelerator: the fault model of software injection. All
/// neurons are struck in one cycle, number 0, when their layer has been computed and before it is read.
///
/// Its sites are the words of the output buffer: neuron.LAYER[channel][y][x] (as the output's shape is), the first word
/// of every neuron, and extra_word.LAYER[k][i], the further words of the k-th protected neuron of a layer. Characters
/// of a layer's name other than letters, digits and '_' stand as '_'.
class NeuronTarget : public InferenceTarget {
 public:
  /// All must outlive the target. `functional` runs `network`, which may hold harden::NeuronProtection operators;
  /// `exact` is the same network with the exact multiplier. `repeating_unit`: of the schemes, the one that has a layer
  /// computed again before it raises an alarm; may be empty.
  NeuronTarget(std::shared_ptr<const model::Network> network, const engine::FunctionalEngine& functional,
               const engine::FunctionalEngine& exact, const model::Dataset& dataset, std::string repeating_unit = {});

  const hw::StateTable& state() const override { return table_; }
  size_t images() const override { return dataset_.size(); }
  int label(size_t image) const override { return dataset_.labels[image]; }
  int exact_class(size_t image) override;
  GoldenInference golden(size_t image) override;
  FaultyInference strike(const hw::Faults& faults, uint64_t cycle_limit) override;

 private:
  /// A layer with neurons, and the protection that follows it, if any.
  struct Layer {
    size_t operator_index = 0;
    const harden::NeuronProtection* protection = nullptr;  ///< operator_index + 1
  };
  /// One word of one neuron.
  struct Place {
    size_t layer = 0;
    size_t neuron = 0;
    size_t word = 0;
  };
  /// By neuron of a layer: the faults of its words, in order.
  using LayerStrikes = std::map<size_t, std::vector<std::pair<size_t, hw::Fault>>>;
  /// What a struck layer stores of its struck neurons.
  struct StruckLayer {
    std::map<size_t, int8_t> codes;
    bool corrected = false;
    bool detected = false;
  };

  void add_fields(const Layer& layer);
  Place place_of(hw::Site site) const;
  /// The code of a struck neuron that later layers read.
  harden::ResolvedNeuron struck(const Layer& layer, size_t neuron,
                                const std::vector<std::pair<size_t, hw::Fault>>& faults) const;
  StruckLayer struck_layer(const Layer& layer, const LayerStrikes& strikes) const;
  /// As struck_layer(), after the repeats that the layer's unit asks for.
  StruckLayer stored_layer(const Layer& layer, const LayerStrikes& strikes) const;
  bool is_protected(const Layer& layer, size_t neuron) const;

  std::shared_ptr<const model::Network> network_;
  const engine::FunctionalEngine& exact_;
  const model::Dataset& dataset_;
  std::string repeating_unit_;
  engine::IncrementalInference inference_;
  engine::GoldenActivations golden_;
  hw::StateTable table_;
  std::vector<Layer> layers_;
  std::vector<std::pair<size_t, bool>> fields_;  ///< by field: the layer, and whether it holds extra words
  std::map<size_t, int> exact_classes_;
};

}  // namespace faultline::campaign
