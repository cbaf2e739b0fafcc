#include "sim/harden/bias_calibration.h"

#include <cmath>
#include <stdexcept>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/functional_matrix.h"

namespace faultline::harden {
namespace {

using Tensors = std::vector<model::Values>;

/// What a layer's sums lack, by channel, summed up over samples and pixels.
class Deficit {
 public:
  Deficit(const model::MatrixOperator& layer, const model::MatrixOperator& reference,
          const engine::LayerMultipliers::Layer& multiplier)
      : given_(layer, multiplier),
        wanted_(reference, exact_.of(0)),
        sums_(static_cast<size_t>(layer.geometry.out_channels)) {}

  void add(const std::vector<int8_t>& input) {
    const std::vector<int32_t> given = given_.sums(input);
    const std::vector<int32_t> wanted = wanted_.sums(input);
    for (size_t i = 0; i < given.size(); ++i) {
      sums_[i % sums_.size()] += int64_t{wanted[i]} - given[i];
    }
    counted_ += given.size() / sums_.size();
  }

  int32_t mean(size_t channel) const {
    return static_cast<int32_t>(std::llround(static_cast<double>(sums_[channel]) / static_cast<double>(counted_)));
  }

 private:
  const engine::LayerMultipliers exact_{hw::Multiplier()};
  const engine::FunctionalMatrix given_, wanted_;
  std::vector<int64_t> sums_;
  size_t counted_ = 0;
};

void correct(model::MatrixOperator& layer, const model::MatrixOperator& reference,
             const engine::LayerMultipliers::Layer& multiplier, const std::vector<Tensors>& activations) {
  Deficit deficit(layer, reference, multiplier);
  for (const Tensors& tensors : activations) {
    deficit.add(std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(layer.inputs[0])]));
  }
  for (size_t channel = 0; channel < layer.post.bias.size(); ++channel) {
    layer.post.bias[channel] = hw::wrapping_add(layer.post.bias[channel], deficit.mean(channel));
  }
}

}  // namespace

void calibrate_biases(const std::shared_ptr<model::Network>& network, const model::Network& reference,
                      const engine::LayerMultipliers& multipliers, const std::vector<model::Values>& samples) {
  if (samples.empty()) {
    throw std::invalid_argument("no samples to calibrate with");
  }
  const engine::FunctionalEngine engine(network, multipliers);  // reads biases when it runs an operator
  std::vector<Tensors> activations(samples.size(), Tensors(network->tensors.size()));
  for (size_t sample = 0; sample < samples.size(); ++sample) {
    activations[sample][static_cast<size_t>(network->graph_input)] = samples[sample];
  }
  for (size_t index = 0; index < network->operators.size(); ++index) {
    if (auto* layer = dynamic_cast<model::MatrixOperator*>(network->operators[index].get())) {
      const auto& original = dynamic_cast<const model::MatrixOperator&>(*reference.operators[index]);
      correct(*layer, original, multipliers.of(index), activations);
    }
    for (Tensors& tensors : activations) {
      engine.run_operator(index, tensors);
    }
  }
}

}  // namespace faultline::harden
