#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "hw/systolic/neuron_unit_core.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/command_timeline.h"
#include "sim/engine/functional_engine.h"
#include "sim/mapping/neuron_location.h"
#include "tests/support/hardened_network.h"
#include "tests/support/random_layer.h"
#include "tests/support/repetitions.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 101;

using Machine = std::tuple<hw::Dataflow, const char*>;

/// A small hardened network on a small accelerator with the unit for it.
class NeuronUnitTest : public testing::TestWithParam<Machine> {
 protected:
  NeuronUnitTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(std::get<0>(GetParam())))) {
    const auto codes = test::LayerMaker(hw::CounterRandom(kSeed, 50)).codes(100);
    input_ = codes;
    network_ = test::hardened_classifier(maker_, unit(), &codes);
    config_ = maker_.configuration(std::get<0>(GetParam()), 6);
    config_.protection.neuron_unit = unit();
    config_.protection.neuron_entries = maker_.between(3, 40);
    if (kind().has_intervals()) {
      config_.grid.multiplier = hw::Multiplier();  // that the intervals are of
      config_.protection.channel_bounds = hw::ChannelBounds{true};
    }
    test::enlarge_until_it_fits(*network_, config_);
    compiled_ = mapping::compile(*network_, config_);
    golden_ = FunctionalEngine(network_, config_.grid.multiplier).run(input_);
    SCOPED_TRACE("seed " + std::to_string(kSeed));
  }
  std::string unit() const { return std::get<1>(GetParam()); }
  const hw::NeuronUnitKind& kind() const { return *hw::find_neuron_unit_kind(unit()); }
  size_t output_of(const mapping::LayerProgram& layer) const {
    return static_cast<size_t>(network_->operators[layer.output_operator]->output);
  }
  void expect_golden(const AcceleratorRun& run) const {
    for (const mapping::LayerProgram& layer : compiled_.layers) {
      EXPECT_EQ(run.tensors[output_of(layer)], golden_[output_of(layer)]) << layer.name;
    }
  }

  /// The addresses of the words of a neuron in the output buffer, and the kCorrect that takes them.
  struct Words {
    size_t step = 0;
    std::vector<uint32_t> addresses;
  };
  Words words_of(const mapping::LayerProgram& program, const mapping::Neuron& neuron) const {
    const mapping::NeuronLocation place = mapping::locate(program, neuron, config_.grid);
    const size_t words = kind().words;
    for (size_t step = place.output_step; step < place.store_step; ++step) {
      const hw::CommandDescriptor& command = program.steps[step].command;
      if (command.opcode != static_cast<int32_t>(hw::Opcode::kCorrect)) {
        continue;
      }
      const hw::CommandDescriptor& load = program.steps[step - 1].command;
      const uint8_t* entry = program.protection.data() + (load.dram_address - program.memory.protection);
      for (int32_t first = 0; first < command.rows; first += static_cast<int32_t>(words)) {
        Words found{step, {}};
        for (size_t word = 0; word < words; ++word, entry += hw::neuron_entry_bytes(kind())) {
          found.addresses.push_back(static_cast<uint32_t>(entry[0] | entry[1] << 8 | entry[2] << 16));
        }
        if (found.addresses.front() == place.output_address) {
          return found;
        }
      }
    }
    ADD_FAILURE() << "no kCorrect takes neuron " << neuron.channel << ", " << neuron.pixel << " of " << program.name;
    return {};
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  mapping::CompiledNetwork compiled_;
  model::Values input_;
  std::vector<model::Values> golden_;
};

TEST_P(NeuronUnitTest, GivesTheBitsOfTheFunctionalEngine) {
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const AcceleratorRun run = engine.run(input_);
  expect_golden(run);
  EXPECT_FALSE(engine.platform().detection()) << "nothing is wrong";
  EXPECT_LT(*engine.unprotected_cycles(), run.total_cycles);
}

TEST_P(NeuronUnitTest, TakesAsLongAndGivesTheSameOnTheStructuralGrid) {
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  const AcceleratorRun run = engine.run(input_);
  expect_golden(run);
  uint64_t cycles = 0;
  for (const mapping::LayerProgram& layer : compiled_.layers) {
    for (const mapping::Step& step : layer.steps) {
      const hw::CommandDescriptor& command = step.command;
      if (command.opcode == static_cast<int32_t>(hw::Opcode::kCorrect)) {
        cycles += static_cast<uint64_t>(command.rows);
      }
    }
  }
  EXPECT_GT(run.total_cycles - *engine.unprotected_cycles(), cycles) << "a word a cycle, and what is loaded for it";
}

/// What comes of every struck word is what the unit's kind makes of it.
TEST_P(NeuronUnitTest, MakesOneCodeOfStruckWords) {
  const hw::NeuronUnitKind& kind = this->kind();
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const CommandTimeline timeline(engine, compiled_);
  const GoldenRun golden = engine.golden(input_);
  const size_t buffer = engine.platform().state().field_index("buffer.output[*]");
  int changed = 0;
  for (int number = 0; number < test::repetitions(200); ++number) {
    size_t index = 0;
    do {
      index = static_cast<size_t>(maker_.between(0, static_cast<int>(compiled_.layers.size()) - 1));
    } while (compiled_.layers[index].protection_use.neurons == 0);
    const mapping::LayerProgram& program = compiled_.layers[index];
    const auto& protection =
        dynamic_cast<const model::ProtectedNeurons&>(*network_->operators[program.output_operator]);
    const auto& neurons = protection.neurons();
    const size_t neuron = neurons[static_cast<size_t>(maker_.between(0, static_cast<int>(neurons.size()) - 1))];
    const auto pixels = static_cast<size_t>(program.output.pixels);
    const Words words = words_of(program, {static_cast<int>(neuron / pixels), static_cast<int64_t>(neuron % pixels)});
    ASSERT_EQ(words.addresses.size(), kind.words);
    const auto rows = static_cast<uint64_t>(program.steps[words.step].command.rows);
    EXPECT_EQ(timeline.at(index, words.step + 1).first_cycle - timeline.at(index, words.step).first_cycle, rows + 6);

    const auto raw = static_cast<size_t>(network_->operators[program.operator_index]->output);
    const int8_t code = std::get<std::vector<int8_t>>(golden_[raw])[neuron];
    hw::NeuronWords held = {};
    std::fill_n(held.begin(), kind.words, kind.word_of(code, protection.zero()));
    const auto word = static_cast<size_t>(maker_.between(0, static_cast<int>(kind.words) - 1));
    const auto mask = static_cast<uint8_t>(1 << maker_.between(0, 7));
    held[word] = static_cast<uint8_t>(held[word] ^ mask);
    const model::CodeRange range = protection.interval(
        static_cast<size_t>(std::lower_bound(neurons.begin(), neurons.end(), neuron) - neurons.begin()));
    const hw::CombinedNeuron expected =
        kind.combined(held, protection.zero(), {static_cast<int8_t>(range.low), static_cast<int8_t>(range.high)});

    const uint64_t cycle = timeline.at(index, words.step).first_cycle;
    const AcceleratorRun run = engine.run_with_faults(
        golden, {{{buffer, words.addresses[word]}, mask, hw::FaultModel::kFlip, cycle, 1, 0}}, ~uint64_t{0});
    auto tensor = std::get<std::vector<int8_t>>(golden_[output_of(program)]);
    changed += tensor[neuron] != expected.code ? 1 : 0;
    tensor[neuron] = expected.code;
    ASSERT_EQ(std::get<std::vector<int8_t>>(run.tensors[output_of(program)]), tensor)
        << "seed " << kSeed << ", " << program.name << " neuron " << neuron << " word " << word;
    ASSERT_TRUE(run.detection);
    EXPECT_EQ(run.detection->unit, "protection." + unit());
    EXPECT_EQ(run.detection->corrected, expected.verdict == hw::NeuronVerdict::kCorrected);
    EXPECT_EQ(run.detection->alarm, expected.verdict == hw::NeuronVerdict::kAlarm);
  }
  EXPECT_EQ(changed > 0, unit() != "tmr") << "the voter masks every flip";
}

/// Codes outside their intervals become 0, in channels with and without copies.
TEST_P(NeuronUnitTest, GivesZeroOutsideIntervals) {
  if (!kind().has_intervals()) {
    GTEST_SKIP() << unit() << " has no intervals";
  }
  test::LayerMaker maker(hw::CounterRandom(kSeed, 60 + static_cast<uint64_t>(std::get<0>(GetParam()))));
  const auto network = test::hardened_classifier(maker, unit());
  hw::AcceleratorConfig config = config_;
  test::enlarge_until_it_fits(*network, config);
  AcceleratorEngine engine(network, config, GridKind::kCycle);
  const AcceleratorRun run = engine.run(input_);
  const auto golden = FunctionalEngine(network, hw::Multiplier()).run(input_);
  size_t outside = 0;
  for (const mapping::LayerProgram& layer : mapping::compile(*network, config).layers) {
    const auto stored = static_cast<size_t>(network->operators[layer.output_operator]->output);
    EXPECT_EQ(run.tensors[stored], golden[stored]) << layer.name;
    const auto raw = static_cast<size_t>(network->operators[layer.operator_index]->output);
    outside += golden[raw] != golden[stored] ? 1 : 0;
  }
  EXPECT_GT(outside, 0U) << "no copies were outside their interval";
  ASSERT_TRUE(run.detection);
  EXPECT_FALSE(run.detection->alarm);
}

/// Without work for it, the unit changes neither cycles nor any field that was there before.
TEST_P(NeuronUnitTest, AnIdleUnitChangesNothing) {
  hw::CounterRandom random(kSeed, 99);
  test::LayerMaker maker(random);
  const auto plain = test::small_classifier(maker);
  const auto input = maker.codes(100);
  AcceleratorEngine engine(plain, config_, GridKind::kCycle);
  hw::AcceleratorConfig without = config_;
  without.protection.neuron_unit.clear();
  const mapping::CompiledNetwork same = mapping::compile(*plain, without);
  const mapping::CompiledNetwork here = mapping::compile(*plain, config_);
  for (size_t layer = 0; layer < same.layers.size(); ++layer) {
    EXPECT_EQ(same.layers[layer].commands(), here.layers[layer].commands());
  }
  EXPECT_EQ(engine.run(input).tensors, FunctionalEngine(plain, config_.grid.multiplier).run(input));
  EXPECT_FALSE(engine.unprotected_cycles());
  bool own = false;
  for (const hw::StateField& field : engine.platform().state().fields()) {
    const bool of_unit = field.path.rfind("protection." + unit() + ".", 0) == 0;
    EXPECT_TRUE(own || !of_unit || field.path == "protection." + unit() + ".split[*]") << field.path;
    own = own || field.path == "controller.correct_start";
  }
  EXPECT_TRUE(own);
}

std::string name_of_unit(const testing::TestParamInfo<Machine>& machine) {
  return hw::to_string(std::get<0>(machine.param)) + std::string("_") + std::get<1>(machine.param);
}

INSTANTIATE_TEST_SUITE_P(Machines, NeuronUnitTest,
                         testing::Combine(testing::Values(hw::Dataflow::kWeightStationary,
                                                          hw::Dataflow::kOutputStationary,
                                                          hw::Dataflow::kInputStationary),
                                          testing::Values("lcu", "tmr", "dmr", "edac")),
                         name_of_unit);

}  // namespace
}  // namespace faultline::engine
