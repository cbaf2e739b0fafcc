#include "sim/harden/clip_design.h"

#include <algorithm>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/post_processing.h"
#include "sim/harden/clip_profile.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/support/temporary_folder.h"

namespace faultline::harden {
namespace {

using testing::HasSubstr;

constexpr const char* kRelu = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";
constexpr const char* kTanh = FAULTLINE_SOURCE_DIR "/models/mlp_tanh_mnist.onnx";

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

ClipDesign read_clip_text(const std::string& text) {
  const test::TemporaryFolder folder;
  return read_clip_design(folder.write("c.yaml", text));
}

/// A network and its tensors on images of the built-in digits, which every network of 28x28 inputs takes.
class Profiled {
 public:
  explicit Profiled(const std::string& model, const ClipDesign* design = nullptr)
      : network_(load(model, design)), engine_(network_, hw::Multiplier()) {}

  const model::Network& network() const { return *network_; }
  std::vector<model::Values> tensors(size_t image) const {
    return engine_.run(model::network_input(*network_, images().image(image)));
  }
  ClipDesign profile(ClipGrain grain) const {
    return {"c.yaml", network_->file, network_->sha256,
            profile_bounds(*network_, grain, images().size(), [this](size_t image) { return tensors(image); })};
  }
  static const model::Dataset& images() {
    static const model::Dataset digits = model::load_dataset("builtin:digits", model::Split::kTrain, 40);
    return digits;
  }

 private:
  static std::shared_ptr<const model::Network> load(const std::string& model, const ClipDesign* design) {
    model::Network network = model::import_onnx(model);
    if (design != nullptr) {
      clip_network(network, *design);
    }
    return std::make_shared<const model::Network>(std::move(network));
  }

  std::shared_ptr<const model::Network> network_;
  engine::FunctionalEngine engine_;
};

TEST(ClipDesign, SurvivesItsFile) {
  const ClipDesign design{"",
                          "a \"quoted\" \\ name.onnx",
                          "0123",
                          {{"/conv1/Conv: x", -128, 96},
                           {"fc1", -3, 127},
                           channel_bounds("conv2", {{-128, 90}, {-3, -3}, {5, 127}}),
                           channel_bounds("conv3", {{-1, 2}})}};
  const ClipDesign read = read_clip_text(to_yaml(design));
  EXPECT_EQ(read.model, design.model);
  EXPECT_EQ(read.model_sha256, design.model_sha256);
  ASSERT_EQ(read.layers.size(), design.layers.size());
  for (size_t i = 0; i < design.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].layer, design.layers[i].layer);
    EXPECT_EQ(read.layers[i].low, design.layers[i].low);
    EXPECT_EQ(read.layers[i].high, design.layers[i].high);
    ASSERT_EQ(read.layers[i].channels.size(), design.layers[i].channels.size());
    for (size_t channel = 0; channel < read.layers[i].channels.size(); ++channel) {
      EXPECT_EQ(read.layers[i].channels[channel].low, design.layers[i].channels[channel].low);
      EXPECT_EQ(read.layers[i].channels[channel].high, design.layers[i].channels[channel].high);
    }
  }
  EXPECT_TRUE(read.by_channel());
  EXPECT_FALSE(read.zeroes);
  EXPECT_TRUE(read_clip_text(to_yaml(ClipDesign{})).layers.empty());
  const ClipDesign zeroing = read_clip_text(to_yaml(ClipDesign{"", "m", "0", {{"fc1", -3, 127}}, true}));
  EXPECT_TRUE(zeroing.zeroes);
  EXPECT_TRUE(zeroing.by_channel()) << "commands cannot give 0";
}

TEST(ClipDesign, NamesTheLineOfAMistake) {
  const std::string head = "model: m\nmodel_sha256: '0'\nlayers:\n";
  const auto message = [&](const std::string& rest) { return message_of([&] { read_clip_text(head + rest); }); };
  EXPECT_THAT(message(" - {name: a, low: 3, high: 2}\n"), HasSubstr("c.yaml:4: low 3 is above high 2; exchange them"));
  EXPECT_THAT(message(" - {name: a, low: -129, high: 2}\n"), HasSubstr("c.yaml:4: low is '-129'"));
  EXPECT_THAT(message(" - {name: a, low: 1}\n"), HasSubstr("c.yaml:4: "));
  EXPECT_THAT(message(" - {name: a, low: [1, 2], high: [3]}\n"),
              HasSubstr("c.yaml:4: low has 2 codes, high has 1; give each channel one of both, or one number for all"));
  EXPECT_THAT(message(" - {name: a, low: [1, 2], high: 3}\n"), HasSubstr("c.yaml:4: low has 2 codes, high has 1"));
  EXPECT_THAT(message(" - {name: a, low: [], high: []}\n"), HasSubstr("c.yaml:4: low has 0 codes, high has 0"));
  EXPECT_THAT(message(" - {name: a, low: [1, 4], high: [3, 3]}\n"), HasSubstr("c.yaml:4: low 4 is above high 3"));
  EXPECT_THAT(message(" - {name: a, low: 1, high: 2}\n - {name: a, low: 1, high: 2}\n"),
              HasSubstr("c.yaml:5: layer 'a' is given twice"));
  EXPECT_THAT(message(" - {name: a, low: 1, high: 2, mean: 1}\n"), HasSubstr("c.yaml:4: unknown key 'mean'"));
  EXPECT_THAT(message_of([] { read_clip_text("model: m\nmodel_sha256: '0'\noutside: flag\nlayers: []\n"); }),
              HasSubstr("c.yaml:3: outside is 'flag'; give clamp or zero"));
}

TEST(ClipDesign, RefusesWhatTheNetworkHasNot) {
  model::Network network = model::import_onnx(kRelu);
  const auto message = [&](const std::string& sha256, const std::string& layer) {
    const ClipDesign design{"c.yaml", "m", sha256, {{layer, -1, 1, 7}}};
    return message_of([&] { clip_network(network, design); });
  };
  EXPECT_THAT(message("0", "conv1"), HasSubstr("c.yaml: was made for another model"));
  EXPECT_THAT(message(network.sha256, "conv9"), HasSubstr("c.yaml:7: 'conv9' is no layer of the network that gives"));
  EXPECT_EQ(message(network.sha256, "conv1"), "no error");
  ClipDesign channels{"c.yaml", "m", network.sha256, {channel_bounds("conv1", {{-1, 1}, {-1, 1}})}};
  channels.layers.front().line = 7;
  EXPECT_THAT(message_of([&] { clip_network(network, channels); }),
              HasSubstr("c.yaml:7: 'conv1' has 6 channels, not 2"));
}

TEST(ClipDesign, NarrowsClampsAndNeverWidensThem) {
  model::Network network = model::import_onnx(kRelu);
  model::PostProcessing* post = requantisation_of(*network.operators.front());
  for (size_t i = 0; post == nullptr; ++i) {
    post = requantisation_of(*network.operators[i]);
  }
  post->low = -100;
  post->high = 50;
  const auto layer = std::find_if(network.operators.begin(), network.operators.end(),
                                  [&](const auto& step) { return requantisation_of(*step) == post; });
  const auto clip = [&](int32_t low, int32_t high) {
    clip_network(network, {"c.yaml", "m", network.sha256, {{(*layer)->name, low, high}}});
    return std::make_pair(post->low, post->high);
  };
  EXPECT_EQ(clip(-128, 127), std::make_pair(-100, 50));
  EXPECT_EQ(clip(-128, 40), std::make_pair(-100, 40));
  EXPECT_EQ(clip(-90, 127), std::make_pair(-90, 40));
  EXPECT_EQ(clip(60, 70), std::make_pair(60, 60));
}

TEST(ClipDesign, NarrowsEachChannelByItself) {
  model::Network network = model::import_onnx(kRelu);
  const auto layer = std::find_if(network.operators.begin(), network.operators.end(),
                                  [](const auto& step) { return requantisation_of(*step) != nullptr; });
  model::PostProcessing* post = requantisation_of(**layer);
  post->low = -100;
  post->high = 50;
  std::vector<model::CodeRange> channels(post->factor.size(), {-128, 40});
  channels[1] = {-7, 127};
  channels[2] = {60, 70};
  clip_network(network, {"c.yaml", "m", network.sha256, {channel_bounds((*layer)->name, channels)}});
  EXPECT_EQ(post->low, -100);
  EXPECT_EQ(post->high, 50);
  EXPECT_EQ(std::make_pair(post->range(0).low, post->range(0).high), std::make_pair(-100, 40));
  EXPECT_EQ(std::make_pair(post->range(1).low, post->range(1).high), std::make_pair(-7, 50));
  EXPECT_EQ(std::make_pair(post->range(2).low, post->range(2).high), std::make_pair(60, 60));
}

/// The layer's clamp stays: a code beyond it is clamped first, and is then inside or outside.
TEST(ClipDesign, GivesZeroForCodesOutside) {
  model::Network network = model::import_onnx(kRelu);
  const auto layer = std::find_if(network.operators.begin(), network.operators.end(),
                                  [](const auto& step) { return requantisation_of(*step) != nullptr; });
  model::PostProcessing* post = requantisation_of(**layer);
  post->low = -100;
  post->high = 50;
  post->zero_point = -90;
  for (hw::FixedPointFactor& factor : post->factor) {
    factor = {1 << 30, 30};
  }
  std::fill(post->bias.begin(), post->bias.end(), 0);
  post->residue.clear();
  ClipDesign design{"c.yaml", "m", network.sha256, {{(*layer)->name, -95, 40}}, true};
  std::vector<model::CodeRange> channels(post->factor.size(), {-128, 127});
  channels[1] = {-95, 40};
  for (const bool each : {false, true}) {
    if (each) {
      design.layers = {channel_bounds((*layer)->name, channels)};
    }
    clip_network(network, design);
    EXPECT_EQ(post->low, -100);
    EXPECT_EQ(post->high, 50);
    const auto code = [&](size_t channel, int32_t whole) {
      return int{engine::post_process(*post, channel, whole - post->zero_point)};
    };
    EXPECT_EQ(code(1, 40), 40);
    EXPECT_EQ(code(1, -95), -95);
    EXPECT_EQ(code(1, 41), -90);
    EXPECT_EQ(code(1, 1000), -90);
    EXPECT_EQ(code(1, -96), -90);
    EXPECT_EQ(code(1, -1000), -90);
    EXPECT_EQ(code(0, 41), each ? 41 : -90);
    EXPECT_EQ(code(0, 1000), each ? 50 : -90) << "within the clamp, and so within the widest bounds";
  }
}

class ProfiledBounds : public testing::TestWithParam<const char*> {};

/// The definition of the bounds; without it a clip could cost accuracy that no fault has cost.
TEST_P(ProfiledBounds, ChangeNoTensorOfTheImagesTheyComeFrom) {
  const Profiled plain(GetParam());
  for (const ClipGrain grain : {ClipGrain::kLayer, ClipGrain::kChannel}) {
    ClipDesign design = plain.profile(grain);
    EXPECT_GE(design.layers.size(), 2U);
    EXPECT_EQ(design.by_channel(), grain == ClipGrain::kChannel);
    for (design.zeroes = false;; design.zeroes = true) {
      const Profiled clipped(GetParam(), &design);
      for (size_t image = 0; image < Profiled::images().size(); ++image) {
        EXPECT_EQ(clipped.tensors(image), plain.tensors(image)) << "image " << image;
      }
      if (design.zeroes) {
        break;
      }
    }
  }
}

TEST_P(ProfiledBounds, LeaveNoRoom) {
  const Profiled plain(GetParam());
  for (const ClipBounds& bounds : plain.profile(ClipGrain::kLayer).layers) {
    for (const bool above : {false, true}) {
      ClipDesign tighter{"c.yaml", "m", plain.network().sha256, {bounds}};
      (above ? tighter.layers[0].high : tighter.layers[0].low) += above ? -1 : 1;
      if (tighter.layers[0].low > tighter.layers[0].high) {
        continue;
      }
      const Profiled clipped(GetParam(), &tighter);
      bool changed = false;
      for (size_t image = 0; image < Profiled::images().size() && !changed; ++image) {
        changed = clipped.tensors(image) != plain.tensors(image);
      }
      const model::PostProcessing* post = nullptr;
      for (const auto& step : plain.network().operators) {
        post = step->name == bounds.layer ? requantisation_of(*step) : post;
      }
      // A table may give two codes the same output.
      EXPECT_TRUE(changed || !post->table.empty()) << bounds.layer << (above ? " high" : " low");
    }
  }
}

/// A channel's bounds are its own least and largest code, and some channel's are narrower than the layer's.
TEST_P(ProfiledBounds, OfChannelsMakeUpThoseOfTheLayer) {
  const Profiled plain(GetParam());
  const ClipDesign whole = plain.profile(ClipGrain::kLayer);
  const ClipDesign split = plain.profile(ClipGrain::kChannel);
  ASSERT_EQ(whole.layers.size(), split.layers.size());
  bool narrower = false;
  for (size_t i = 0; i < whole.layers.size(); ++i) {
    EXPECT_EQ(whole.layers[i].low, split.layers[i].low);
    EXPECT_EQ(whole.layers[i].high, split.layers[i].high);
    for (const model::CodeRange& channel : split.layers[i].channels) {
      narrower = narrower || channel.low > whole.layers[i].low || channel.high < whole.layers[i].high;
    }
  }
  EXPECT_TRUE(narrower);
}

TEST(ProfiledChannels, LeaveNoRoom) {
  const Profiled plain(kRelu);
  const ClipDesign design = plain.profile(ClipGrain::kChannel);
  const ClipBounds& bounds = design.layers.front();
  for (size_t channel = 0; channel < bounds.channels.size(); ++channel) {
    std::vector<model::CodeRange> channels = bounds.channels;
    --channels[channel].high;
    if (channels[channel].low > channels[channel].high) {
      continue;
    }
    const ClipDesign tighter{"c.yaml", "m", plain.network().sha256, {channel_bounds(bounds.layer, channels)}};
    const Profiled clipped(kRelu, &tighter);
    bool changed = false;
    for (size_t image = 0; image < Profiled::images().size() && !changed; ++image) {
      changed = clipped.tensors(image) != plain.tensors(image);
    }
    EXPECT_TRUE(changed) << "channel " << channel;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, ProfiledBounds, testing::Values(kRelu, kTanh),
                         [](const auto& model) { return model.param == kRelu ? "Relu" : "Tanh"; });

}  // namespace
}  // namespace faultline::harden
