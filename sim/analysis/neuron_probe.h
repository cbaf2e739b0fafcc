#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/functional_engine.h"
#include "sim/engine/incremental_inference.h"
#include "sim/model/network.h"

namespace faultline::analysis {

/// The neurons of one layer: all stored int8 outputs of a layer that multiplies.
struct NeuronLayer {
  size_t operator_index = 0;  ///< in Network::operators
  std::string name;
  size_t neurons = 0;  ///< elements of its output
};

/// The layers of a network that have neurons, in its order.
std::vector<NeuronLayer> neuron_layers(const model::Network& network);

/// Answers for one image after the other which class it gets when one neuron holds another code. Not thread-safe.
class NeuronProbe {
 public:
  /// `functional` must outlive the probe; `network` is the one that it runs.
  NeuronProbe(std::shared_ptr<const model::Network> network, const engine::FunctionalEngine& functional);

  /// Takes up an image.
  void begin(const model::Values& input);
  /// The code that a neuron holds.
  int8_t code(size_t operator_index, size_t element) const;
  /// Whether the image gets another class than the golden one when the neuron holds `code`.
  bool changes_class(size_t operator_index, size_t element, int8_t code);

 private:
  size_t predicted() const;

  std::shared_ptr<const model::Network> network_;
  engine::IncrementalInference inference_;
  engine::GoldenActivations golden_;
  model::TensorId logits_;
  size_t golden_class_ = 0;
};

}  // namespace faultline::analysis
