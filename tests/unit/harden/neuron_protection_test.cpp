#include "sim/harden/neuron_protection.h"

#include <memory>

#include <gtest/gtest.h>

#include "sim/engine/functional_engine.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::harden {
namespace {

constexpr const char* kModel = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";

HardenedDesign every_neuron(const model::Network& network, const std::string& scheme) {
  HardenedDesign design{"h.yaml", kModel, network.sha256, scheme, {}};
  for (const auto& step : network.operators) {
    const auto* layer = dynamic_cast<const model::MatrixOperator*>(step.get());
    const int32_t zero = network.tensor(step->output).quantisation.zero_point;
    if (layer == nullptr || !find_neuron_scheme("lcu", "test").obstacle(*layer, zero).empty()) {
      continue;
    }
    ProtectedLayer all{step->name, std::vector<size_t>(static_cast<size_t>(layer->geometry.out_channels) *
                                                       static_cast<size_t>(layer->geometry.pixels()))};
    for (size_t i = 0; i < all.neurons.size(); ++i) {
      all.neurons[i] = i;
    }
    design.layers.push_back(std::move(all));
  }
  return design;
}

class SplitNetwork : public testing::Test {
 protected:
  model::Values input(size_t image) const { return model::network_input(plain_, images_.image(image)); }

  const model::Network plain_ = model::import_onnx(kModel);
  const model::Dataset images_ = model::load_dataset("builtin:digits", model::Split::kTest, 20);
};

/// Each layer's outputs lose their lowest bit, computed from the same inputs.
TEST_F(SplitNetwork, MovesEachSplitNeuronByItsRoundingAtMost) {
  model::Network changed = model::import_onnx(kModel);
  const HardenedDesign design = every_neuron(plain_, "lcu");
  ASSERT_EQ(design.layers.size(), 4U) << "all but the last layer end in a ReLU";
  protect_neurons(changed, design);
  const auto network = std::make_shared<const model::Network>(std::move(changed));
  ASSERT_EQ(network->operators.size(), plain_.operators.size() + 4);
  const engine::FunctionalEngine engine(network, hw::Multiplier());
  for (size_t image = 0; image < images_.size(); ++image) {
    const auto tensors = engine.run(input(image));
    for (const auto& step : network->operators) {
      const auto* protection = dynamic_cast<const NeuronProtection*>(step.get());
      if (protection == nullptr) {
        continue;
      }
      const auto& before = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(step->inputs[0])]);
      const auto& after = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(step->output)]);
      for (const size_t neuron : protection->neurons()) {
        ASSERT_GE(before[neuron], protection->zero());
        ASSERT_EQ(after[neuron], before[neuron] - (before[neuron] - protection->zero()) % 2);
      }
    }
  }
}

TEST_F(SplitNetwork, ChangesNoOtherNeuron) {
  model::Network changed = model::import_onnx(kModel);
  protect_neurons(changed, {"h.yaml", kModel, plain_.sha256, "lcu", {{"fc1", {3, 7}, 1}, {"fc2", {}, 2}}});
  const auto network = std::make_shared<const model::Network>(std::move(changed));
  ASSERT_EQ(network->operators.size(), plain_.operators.size() + 1) << "a layer without neurons needs no unit";
  const engine::FunctionalEngine engine(network, hw::Multiplier());
  const auto tensors = engine.run(input(0));
  for (const auto& step : network->operators) {
    if (dynamic_cast<const NeuronProtection*>(step.get()) != nullptr) {
      const auto& before = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(step->inputs[0])]);
      const auto& after = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(step->output)]);
      for (size_t i = 0; i < before.size(); ++i) {
        ASSERT_TRUE(i == 3 || i == 7 || after[i] == before[i]);
      }
    }
  }
}

TEST_F(SplitNetwork, RedundantCopiesChangeNothing) {
  const auto plain = std::make_shared<const model::Network>(model::import_onnx(kModel));
  for (const char* scheme : {"tmr", "dmr"}) {
    model::Network changed = model::import_onnx(kModel);
    protect_neurons(changed, every_neuron(plain_, scheme));
    const auto network = std::make_shared<const model::Network>(std::move(changed));
    const engine::FunctionalEngine with(network, hw::Multiplier());
    const engine::FunctionalEngine without(plain, hw::Multiplier());
    const auto output = [](const auto& engine, const model::Values& input) {
      return engine.run(input)[static_cast<size_t>(engine.network().graph_outputs.front())];
    };
    EXPECT_EQ(output(with, input(0)), output(without, input(0)));
  }
}

}  // namespace
}  // namespace faultline::harden
