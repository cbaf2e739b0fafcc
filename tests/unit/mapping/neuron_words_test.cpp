#include "sim/mapping/neuron_words.h"

#include <string>

#include "gtest/gtest.h"
#include "sim/config/user_error.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/hardened_network.h"

namespace faultline::mapping {
namespace {

constexpr uint64_t kSeed = 5;

/// The protection of all layers of a hardened network on an array of this many columns.
NeuronProtectionUse use_of(const std::string& unit, hw::Dataflow dataflow, int columns) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 0));
  const auto network = test::hardened_classifier(maker, unit);
  hw::AcceleratorConfig config{hw::GridConfig(4, columns, dataflow, hw::Multiplier())};
  config.protection.neuron_unit = unit;
  NeuronProtectionUse sum;
  for (const LayerProgram& layer : compile(*network, config).layers) {
    sum.neurons += layer.protection_use.neurons;
    sum.extra_words += layer.protection_use.extra_words;
    sum.extra_channels += layer.protection_use.extra_channels;
    sum.word_pairs += layer.protection_use.word_pairs;
    sum.shared_pairs += layer.protection_use.shared_pairs;
  }
  return sum;
}

TEST(NeuronWords, AreComputedInDifferentColumnsWhereThereAreSome) {
  for (const char* unit : {"lcu", "tmr"}) {
    for (const hw::Dataflow dataflow : {hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary}) {
      const NeuronProtectionUse wide = use_of(unit, dataflow, 16);
      EXPECT_GT(wide.word_pairs, 0U);
      EXPECT_EQ(wide.shared_pairs, 0U) << unit << " " << hw::to_string(dataflow);
      const NeuronProtectionUse narrow = use_of(unit, dataflow, 1);
      EXPECT_EQ(narrow.shared_pairs, narrow.word_pairs);
    }
    const NeuronProtectionUse one_element = use_of(unit, hw::Dataflow::kInputStationary, 16);
    EXPECT_EQ(one_element.shared_pairs, one_element.word_pairs) << "an element computes all channels of a pixel";
  }
}

TEST(NeuronWords, LcuTakesHalfOfTheVotersExtraWordsAndChannels) {
  const NeuronProtectionUse lcu = use_of("lcu", hw::Dataflow::kWeightStationary, 8);
  const NeuronProtectionUse tmr = use_of("tmr", hw::Dataflow::kWeightStationary, 8);
  EXPECT_EQ(lcu.neurons, tmr.neurons);
  EXPECT_EQ(lcu.extra_words, lcu.neurons);
  EXPECT_EQ(tmr.extra_words, 2 * lcu.extra_words);
  EXPECT_EQ(tmr.extra_channels, 2 * lcu.extra_channels);
  EXPECT_EQ(tmr.word_pairs, 3 * lcu.word_pairs);
}

/// Only where the unit counts repeats do commands say which walk is the first of its layer.
TEST(NeuronWords, SayWhichWalkIsTheFirstOfItsLayer) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 2));
  const auto network = test::hardened_classifier(maker, "dmr");
  hw::AcceleratorConfig config{hw::GridConfig(4, 4, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  config.protection.neuron_unit = "dmr";
  config.protection.neuron_entries = 10;
  const CompiledNetwork plain = compile(*network, config);
  config.protection.neuron_repeats = 1;
  const CompiledNetwork repeatable = compile(*network, config);
  int further = 0;
  for (size_t layer = 0; layer < plain.layers.size(); ++layer) {
    std::vector<hw::CommandDescriptor> commands = repeatable.layers[layer].commands();
    bool first = true;
    for (hw::CommandDescriptor& command : commands) {
      if (command.opcode == static_cast<int32_t>(hw::Opcode::kCorrect)) {
        EXPECT_EQ(command.accumulate, first ? 0 : 1);
        further += command.accumulate;
        first = false;
        command.accumulate = 0;
      }
    }
    EXPECT_EQ(commands, plain.layers[layer].commands());
  }
  EXPECT_GT(further, 0);
}

TEST(NeuronWords, TooSmallBuffersAreNamed) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 1));
  const auto network = test::hardened_classifier(maker, "tmr");
  hw::AcceleratorConfig config{hw::GridConfig(4, 4, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  config.protection.neuron_unit = "tmr";
  config.output_buffer_bytes = 8;
  EXPECT_THROW(compile(*network, config), UserError);
  config.output_buffer_bytes = 65536;
  config.protection.neuron_entries = 2;
  EXPECT_THROW(compile(*network, config), UserError);
}

}  // namespace
}  // namespace faultline::mapping
