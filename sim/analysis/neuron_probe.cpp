#include "sim/analysis/neuron_probe.h"

#include <utility>

#include "sim/model/classification.h"

namespace faultline::analysis {

std::vector<NeuronLayer> neuron_layers(const model::Network& network) {
  std::vector<NeuronLayer> layers;
  for (size_t index = 0; index < network.operators.size(); ++index) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(network.operators[index].get());
    if (matrix != nullptr && !matrix->post.raw()) {
      const model::Shape& shape = network.tensor(matrix->output).shape;
      layers.push_back({index, matrix->name, static_cast<size_t>(model::element_count(shape))});
    }
  }
  return layers;
}

NeuronProbe::NeuronProbe(std::shared_ptr<const model::Network> network, const engine::FunctionalEngine& functional)
    : network_(std::move(network)), inference_(network_, functional), logits_(model::logits_tensor(*network_)) {}

void NeuronProbe::begin(const model::Values& input) {
  golden_ = inference_.golden(input);
  inference_.begin(golden_);
  golden_class_ = predicted();
}

int8_t NeuronProbe::code(size_t operator_index, size_t element) const {
  const auto output = static_cast<size_t>(network_->operators[operator_index]->output);
  return std::get<std::vector<int8_t>>(golden_.tensors[output])[element];
}

bool NeuronProbe::changes_class(size_t operator_index, size_t element, int8_t code) {
  inference_.set_output(operator_index, element, code);
  inference_.propagate(operator_index + 1, network_->operators.size());
  const bool changes = !inference_.differences(logits_).empty() && predicted() != golden_class_;
  inference_.restore();
  return changes;
}

size_t NeuronProbe::predicted() const {
  return model::best_class(
      model::real_values(network_->tensor(logits_), inference_.tensors()[static_cast<size_t>(logits_)]));
}

}  // namespace faultline::analysis
