#include "sim/harden/hardened_design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/model/onnx_import.h"
#include "tests/support/temporary_folder.h"

namespace faultline::harden {
namespace {

using testing::HasSubstr;

const model::Network& lenet5() {
  static const model::Network network = model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx");
  return network;
}

HardenedDesign read_text(const std::string& text) {
  const test::TemporaryFolder folder;
  return read_hardened_design(folder.write("h.yaml", text));
}

std::string refusal_of_design(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(HardenedDesign, SurvivesItsFile) {
  HardenedDesign design;
  design.model = "models/a \"quoted\" \\ name.onnx";
  design.model_sha256 = "0123";
  design.scheme = "tmr";
  design.layers = {{"/conv1/Conv: x", {0, 1, 2, 3, 7, 9, 10}}, {"fc1", {119}}, {"fc2", {}}};
  for (size_t neuron = 100; neuron < 200; neuron += 2) {
    design.layers[0].neurons.push_back(neuron);
  }
  const HardenedDesign read = read_text(to_yaml(design));
  EXPECT_EQ(read.model, design.model);
  EXPECT_EQ(read.model_sha256, design.model_sha256);
  EXPECT_EQ(read.scheme, design.scheme);
  EXPECT_EQ(read.neuron_count(), design.neuron_count());
  ASSERT_EQ(read.layers.size(), design.layers.size());
  for (size_t i = 0; i < read.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].name, design.layers[i].name);
    EXPECT_EQ(read.layers[i].neurons, design.layers[i].neurons);
  }
}

TEST(HardenedDesign, HoldsIntervalsOfChannels) {
  HardenedDesign design{"", "m", "0123", "edac", {{"conv1", {0, 1}, 0, {{-128, 96}, {-3, 127}}}}};
  const HardenedDesign read = read_text(to_yaml(design));
  ASSERT_EQ(read.layers.size(), 1U);
  EXPECT_EQ(read.layers[0].neurons, (std::vector<size_t>{0, 1}));
  ASSERT_EQ(read.layers[0].intervals.size(), 2U);
  EXPECT_EQ(read.layers[0].intervals[0].high, 96);
  EXPECT_EQ(read.layers[0].intervals[1].low, -3);

  const std::string head = "model: m\nmodel_sha256: '0'\n";
  const auto message = [&](const std::string& rest) { return refusal_of_design([&] { read_text(head + rest); }); };
  EXPECT_THAT(message("scheme: tmr\nlayers:\n - {name: a, neurons: [4], low: [1], high: [2]}\n"),
              HasSubstr("h.yaml:5: unknown key 'low'"));
  EXPECT_THAT(message("scheme: edac\nlayers:\n - {name: a, neurons: [4]}\n"), HasSubstr("h.yaml:5: "));
  EXPECT_THAT(message("scheme: edac\nlayers:\n - {name: a, neurons: [4], low: [1], high: [0]}\n"),
              HasSubstr("h.yaml:5: low 1 is above high 0"));
}

TEST(HardenedDesign, WithIntervalsProtectsWholeChannels) {
  HardenedDesign design{
      "h.yaml", "m", lenet5().sha256, "edac", {{"fc1", {1, 5}, 9, std::vector<model::CodeRange>(120)}}};
  EXPECT_EQ(find_layers(design, lenet5()).size(), 1U);
  const auto message = [&] { return refusal_of_design([&] { find_layers(design, lenet5()); }); };
  design.layers[0].intervals.resize(119);
  EXPECT_EQ(message(), "h.yaml:9: 'fc1' has 120 channels and 119 intervals; give each channel a low and a high");
  design.layers[0] = {"conv1", {0, 1}, 7, std::vector<model::CodeRange>(6)};
  EXPECT_EQ(message(),
            "h.yaml:7: 2 of the 784 neurons of channel 0 of 'conv1' are protected; edac protects whole channels: name "
            "all of them, or none");
}

TEST(HardenedDesign, NamesTheLineOfAMistake) {
  const std::string head = "model: m\nmodel_sha256: '0'\n";
  const auto message = [&](const std::string& rest) { return refusal_of_design([&] { read_text(head + rest); }); };
  EXPECT_THAT(message("scheme: lcv\nlayers: []\n"), HasSubstr("h.yaml:3: no scheme 'lcv'"));
  EXPECT_THAT(message("scheme: lcu\nlayers: []\nlayer: 1\n"), HasSubstr("h.yaml:5: "));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [4,\n  3]}\n"),
              HasSubstr("h.yaml:6: neuron 3 does not follow 4; list each once, ascending"));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [1-3, 3]}\n"), HasSubstr("h.yaml:5: neuron 3"));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [5-3]}\n"),
              HasSubstr("h.yaml:5: '5-3' is no neuron"));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [-3]}\n"), HasSubstr("h.yaml:5: '-3' is no neuron"));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [0-99999999999]}\n"), HasSubstr("is no neuron"));
  EXPECT_THAT(message("scheme: lcu\nlayers:\n - {name: a, neurons: [1]}\n - {name: a, neurons: [2]}\n"),
              HasSubstr("h.yaml:6: layer 'a' is given twice"));
}

TEST(HardenedDesign, FindsItsLayersInTheNetworksOrder) {
  HardenedDesign design{"h.yaml", "m", lenet5().sha256, "lcu", {{"fc1", {1}, 9}, {"conv1", {4703}, 7}}};
  const std::vector<FoundLayer> found = find_layers(design, lenet5());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].neurons->name, "conv1");
  EXPECT_EQ(lenet5().operators[found[1].operator_index]->name, "fc1");
  EXPECT_EQ(found[0].zero, -128);
}

TEST(HardenedDesign, RefusesWhatTheNetworkHasNot) {
  const auto message = [](const std::string& layer, std::vector<size_t> neurons) {
    const HardenedDesign design{"h.yaml", "m", lenet5().sha256, "lcu", {{layer, std::move(neurons), 7}}};
    return refusal_of_design([&] { find_layers(design, lenet5()); });
  };
  EXPECT_THAT(message("conv9", {1}), HasSubstr("h.yaml:7: 'conv9' is no layer"));
  EXPECT_THAT(message("pool1", {1}), HasSubstr("h.yaml:7: 'pool1' is no layer"));
  EXPECT_THAT(message("conv1", {4704}), HasSubstr("'conv1' has no neuron 4704; its neurons are 0 to 4703"));
  EXPECT_THAT(message("fc3", {1}), HasSubstr("'fc3' cannot be protected by lcu: "));
  const HardenedDesign other{"h.yaml", "m", "00", "lcu", {}};
  EXPECT_THAT(refusal_of_design([&] { find_layers(other, lenet5()); }),
              HasSubstr("h.yaml: was made for another model"));
}

}  // namespace
}  // namespace faultline::harden
