// Multilayer perceptrons 784-256-256-256-10, with tanh and with ReLU.
#include <string>

#include "sim/train/zoo.h"

namespace faultline::train {
namespace {

model::FloatNetwork perceptron(const std::string& name, const std::string& activation_name,
                               const model::FloatLayerKind& activation) {
  constexpr int kHidden = 256;
  constexpr int kHiddenLayers = 3;
  constexpr int kClasses = 10;
  model::FloatNetwork network{name, {1, 28, 28}, {{"flatten", model::FloatFlatten{}}}};
  int features = 28 * 28;
  for (int layer = 1; layer <= kHiddenLayers; ++layer) {
    network.layers.push_back({"fc" + std::to_string(layer), model::FloatFullyConnected{features, kHidden, {}, {}}});
    network.layers.push_back({activation_name + std::to_string(layer), activation});
    features = kHidden;
  }
  network.layers.push_back(
      {"fc" + std::to_string(kHiddenLayers + 1), model::FloatFullyConnected{features, kClasses, {}, {}}});
  return network;
}

const ZooRegistration kTanh{{"mlp_tanh", [] { return perceptron("mlp_tanh", "tanh", model::FloatTanh{}); }}};
const ZooRegistration kRelu{{"mlp_relu", [] { return perceptron("mlp_relu", "relu", model::FloatRelu{}); }}};

}  // namespace
}  // namespace faultline::train
