#include "sim/harden/channel_duplication.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/engine/functional_engine.h"
#include "sim/harden/channel_places.h"
#include "sim/harden/clip_profile.h"
#include "sim/harden/neuron_protection.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::harden {
namespace {

using testing::ElementsAre;

constexpr const char* kDigits = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";
constexpr const char* kTanhMnist = FAULTLINE_SOURCE_DIR "/models/mlp_tanh_mnist.onnx";
const SelectionTerms kThreshold{0.2, std::nullopt, ""};

/// Channel 1 of conv1 and channel 2 of fc1 stand out; one neuron of channel 3 does, but not its channel.
std::vector<NeuronScores> scores_of_channels() {
  std::vector<double> conv1(6 * 28 * 28, 0.1);
  std::fill_n(conv1.begin() + 28 * 28, 28 * 28, 0.3);
  conv1[3 * 28 * 28] = 0.9;
  std::vector<double> fc1(120);
  fc1[2] = 0.5;
  return {{"conv1", conv1}, {"fc1", fc1}, {"fc3", std::vector<double>(10)}};
}

TEST(ChannelDuplication, TakesTheMostVulnerableChannelsAndAllOfTheLastLayer) {
  const model::Network network = model::import_onnx(kDigits);
  const NeuronScheme& scheme = find_neuron_scheme("edac", "test");
  const ChannelSelection selection = select_channels(network, scheme, scores_of_channels(), kThreshold);
  EXPECT_EQ(selection.considered, 136U);
  EXPECT_EQ(selection.chosen, 2U);
  EXPECT_TRUE(selection.unprotectable.empty());
  ASSERT_EQ(selection.layers.size(), 3U);
  EXPECT_EQ(selection.layers[0].layer, "conv1");
  EXPECT_THAT(selection.layers[0].channels, ElementsAre(1));
  EXPECT_THAT(selection.layers[1].channels, ElementsAre(2));
  EXPECT_EQ(selection.layers[2].layer, "fc3");
  EXPECT_THAT(selection.layers[2].channels, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  const SelectionTerms all{std::nullopt, 100.0, ""};
  EXPECT_EQ(select_channels(network, scheme, scores_of_channels(), all).chosen, 136U);
}

TEST(ChannelDuplication, SaysThatALastLayerOfSumsCannotBe) {
  model::Network network = model::import_onnx(kDigits);
  for (const auto& step : network.operators) {
    if (auto* matrix = dynamic_cast<model::MatrixOperator*>(step.get()); matrix != nullptr && step->name == "fc3") {
      matrix->post.factor.clear();
    }
  }
  std::vector<NeuronScores> scores = scores_of_channels();
  scores.pop_back();
  const ChannelSelection selection = select_channels(network, find_neuron_scheme("edac", "test"), scores, kThreshold);
  ASSERT_EQ(selection.layers.size(), 2U);
  ASSERT_EQ(selection.unprotectable.size(), 1U);
  EXPECT_EQ(selection.unprotectable[0].layer, "fc3");
  EXPECT_EQ(selection.unprotectable[0].neurons, 10U);
  EXPECT_EQ(selection.unprotectable[0].reason, "its outputs are 32-bit sums, not codes");
}

/// A design from images of the built-in digits, which every network of 28x28 inputs takes.
class DuplicatedNetwork : public testing::TestWithParam<const char*> {
 protected:
  std::vector<model::Values> tensors(const engine::FunctionalEngine& engine, const model::Dataset& images,
                                     size_t image) const {
    return engine.run(model::network_input(*plain_, images.image(image)));
  }
  /// Every second channel of each layer is duplicated.
  HardenedDesign design(const model::Dataset& images) const {
    HardenedDesign design{"h.yaml", plain_->file, plain_->sha256, "edac", {}};
    const std::vector<ClipBounds> bounds =
        profile_bounds(plain_, hw::Multiplier(), ClipGrain::kChannel, images, [](size_t, size_t) {});
    std::vector<DuplicatedChannels> duplicated;
    for (const ClipBounds& layer : bounds) {
      duplicated.push_back({layer.layer, {}});
      for (size_t channel = 0; channel < layer.channels.size(); channel += 2) {
        duplicated.back().channels.push_back(channel);
      }
    }
    design.layers = duplicated_layers(*plain_, duplicated, bounds);
    return design;
  }
  std::shared_ptr<const model::Network> hardened(const HardenedDesign& design) const {
    model::Network network = model::import_onnx(GetParam());
    hold_to_intervals(network, design);
    protect_neurons(network, design);
    return std::make_shared<const model::Network>(std::move(network));
  }

  const std::shared_ptr<const model::Network> plain_ =
      std::make_shared<const model::Network>(model::import_onnx(GetParam()));
};

TEST_P(DuplicatedNetwork, IsTheSameOnTheImagesThatItsIntervalsComeFrom) {
  const model::Dataset images = model::load_dataset("builtin:digits", model::Split::kTrain, 30);
  const auto network = hardened(design(images));
  const engine::FunctionalEngine with(network, hw::Multiplier());
  const engine::FunctionalEngine without(plain_, hw::Multiplier());
  size_t protections = 0;
  for (size_t image = 0; image < images.size(); ++image) {
    const auto expected = tensors(without, images, image);
    const auto values = tensors(with, images, image);
    for (size_t tensor = 0; tensor < expected.size(); ++tensor) {
      ASSERT_EQ(values[tensor], expected[tensor]) << "image " << image << ", tensor " << tensor;
    }
    for (const auto& step : network->operators) {
      if (dynamic_cast<const NeuronProtection*>(step.get()) != nullptr) {
        ASSERT_EQ(values[static_cast<size_t>(step->output)], values[static_cast<size_t>(step->inputs[0])]);
        ++protections;
      }
    }
  }
  EXPECT_GE(protections, 2 * images.size());
}

/// On other images, what every code becomes follows from its interval alone.
TEST_P(DuplicatedNetwork, GivesZeroForCodesOutsideTheirIntervals) {
  const HardenedDesign narrow = design(model::load_dataset("builtin:digits", model::Split::kTrain, 2));
  const auto network = hardened(narrow);
  const engine::FunctionalEngine engine(network, hw::Multiplier());
  const model::Dataset images = model::load_dataset("builtin:digits", model::Split::kTest, 20);
  size_t zeroed = 0;
  for (size_t image = 0; image < images.size(); ++image) {
    const auto values = tensors(engine, images, image);
    for (const auto& step : network->operators) {
      const auto* protection = dynamic_cast<const NeuronProtection*>(step.get());
      if (protection == nullptr) {
        continue;
      }
      const auto& before = std::get<std::vector<int8_t>>(values[static_cast<size_t>(step->inputs[0])]);
      const auto& after = std::get<std::vector<int8_t>>(values[static_cast<size_t>(step->output)]);
      for (size_t index = 0; index < protection->neurons().size(); ++index) {
        const size_t neuron = protection->neurons()[index];
        const model::CodeRange range = protection->interval(index);
        const bool inside = before[neuron] >= range.low && before[neuron] <= range.high;
        ASSERT_EQ(after[neuron], inside ? before[neuron] : protection->zero());
        zeroed += inside ? 0 : 1;
      }
    }
  }
  EXPECT_GT(zeroed, 0U);
}

INSTANTIATE_TEST_SUITE_P(Networks, DuplicatedNetwork, testing::Values(kDigits, kTanhMnist),
                         [](const auto& model) { return model.param == kDigits ? "Relu" : "Tanh"; });

}  // namespace
}  // namespace faultline::harden
