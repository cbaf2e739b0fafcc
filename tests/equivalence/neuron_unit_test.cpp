#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/command_timeline.h"
#include "tests/support/hardened_machine.h"
#include "tests/support/repetitions.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 101;

using Machine = std::tuple<hw::Dataflow, const char*>;

/// A hardened network on an accelerator with the unit for it.
class NeuronUnitTest : public testing::TestWithParam<Machine>, protected test::HardenedMachine {
 protected:
  NeuronUnitTest() : HardenedMachine(kSeed, std::get<0>(GetParam()), std::get<1>(GetParam())) {}
  static std::string unit() { return std::get<1>(GetParam()); }
  const hw::NeuronUnitKind& kind() const { return *hw::find_neuron_unit_kind(unit()); }
};

TEST_P(NeuronUnitTest, GivesTheBitsOfTheFunctionalEngine) {
  AcceleratorEngine engine(network, config, GridKind::kCycle);
  const AcceleratorRun run = engine.run(input);
  expect_golden(run);
  EXPECT_FALSE(engine.platform().detection()) << "nothing is wrong";
  EXPECT_LT(*engine.unprotected_cycles(), run.total_cycles);
}

TEST_P(NeuronUnitTest, TakesAsLongAndGivesTheSameOnTheStructuralGrid) {
  AcceleratorEngine engine(network, config, GridKind::kStructural);
  const AcceleratorRun run = engine.run(input);
  expect_golden(run);
  uint64_t cycles = 0;
  for (const mapping::LayerProgram& layer : compiled.layers) {
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
  const hw::NeuronUnitKind& unit_kind = kind();
  AcceleratorEngine engine(network, config, GridKind::kCycle);
  const CommandTimeline timeline(engine, compiled);
  const GoldenRun golden = engine.golden(input);
  const size_t buffer = engine.platform().state().field_index("buffer.output[*]");
  int changed = 0;
  for (int number = 0; number < test::repetitions(200); ++number) {
    const size_t index = random_protected_layer();
    const mapping::LayerProgram& program = compiled.layers[index];
    const model::ProtectedNeurons& protection = protection_of(program);
    const size_t neuron = random_protected_neuron(program);
    const Words words = words_of(program, place_of(program, neuron));
    ASSERT_EQ(words.addresses.size(), unit_kind.words);
    const auto rows = static_cast<uint64_t>(program.steps[words.step].command.rows);
    EXPECT_EQ(timeline.at(index, words.step + 1).first_cycle - timeline.at(index, words.step).first_cycle, rows + 6);

    const auto raw = static_cast<size_t>(network->operators[program.operator_index]->output);
    const int8_t code = std::get<std::vector<int8_t>>(golden_tensors[raw])[neuron];
    hw::NeuronWords held = {};
    std::fill_n(held.begin(), unit_kind.words, unit_kind.word_of(code, protection.zero()));
    const auto word = static_cast<size_t>(maker.between(0, static_cast<int>(unit_kind.words) - 1));
    const auto mask = static_cast<uint8_t>(1 << maker.between(0, 7));
    held[word] = static_cast<uint8_t>(held[word] ^ mask);
    const std::vector<size_t>& neurons = protection.neurons();
    const model::CodeRange range = protection.interval(
        static_cast<size_t>(std::lower_bound(neurons.begin(), neurons.end(), neuron) - neurons.begin()));
    const hw::CombinedNeuron expected =
        unit_kind.combined(held, protection.zero(), {static_cast<int8_t>(range.low), static_cast<int8_t>(range.high)});

    const uint64_t cycle = timeline.at(index, words.step).first_cycle;
    const AcceleratorRun run = engine.run_with_faults(
        golden, {{{buffer, words.addresses[word]}, mask, hw::FaultModel::kFlip, cycle, 1, 0}}, ~uint64_t{0});
    auto tensor = std::get<std::vector<int8_t>>(golden_tensors[output_of(program)]);
    changed += tensor[neuron] != expected.code ? 1 : 0;
    tensor[neuron] = expected.code;
    ASSERT_EQ(std::get<std::vector<int8_t>>(run.tensors[output_of(program)]), tensor)
        << "seed " << kSeed << ", " << program.name << " neuron " << neuron << " word " << word;
    ASSERT_TRUE(run.detection);
    EXPECT_EQ(run.detection->unit, "protection." + unit());
    // A wrong code may bring later layers' codes outside their intervals, of which the unit tells too.
    if (!unit_kind.has_intervals() || tensor == std::get<std::vector<int8_t>>(golden_tensors[output_of(program)])) {
      EXPECT_EQ(run.detection->corrected, expected.verdict == hw::NeuronVerdict::kCorrected);
    }
    EXPECT_EQ(run.detection->alarm, expected.verdict == hw::NeuronVerdict::kAlarm);
  }
  EXPECT_EQ(changed > 0, unit() != "tmr") << "the voter masks every flip";
}

/// Units that look at intervals.
class IntervalUnitTest : public NeuronUnitTest {};

/// Codes outside their intervals become 0, in channels with and without copies.
TEST_P(IntervalUnitTest, GivesZeroOutsideIntervals) {
  // Of random networks, the first that has codes of copies outside their intervals.
  std::shared_ptr<const model::Network> strict;
  hw::AcceleratorConfig larger = config;
  std::vector<model::Values> expected;
  const auto has_codes_outside = [&] {
    const mapping::CompiledNetwork made = mapping::compile(*strict, larger);
    return std::any_of(made.layers.begin(), made.layers.end(), [&](const mapping::LayerProgram& layer) {
      const auto raw = static_cast<size_t>(strict->operators[layer.operator_index]->output);
      return expected[raw] != expected[static_cast<size_t>(strict->operators[layer.output_operator]->output)];
    });
  };
  uint64_t stream = 60;
  do {
    ASSERT_LT(stream, 80U) << "no network has codes outside their intervals";
    test::LayerMaker other(hw::CounterRandom(kSeed, stream++));
    strict = test::hardened_classifier(other, unit());
    test::enlarge_until_it_fits(*strict, larger);
    expected = FunctionalEngine(strict, hw::Multiplier()).run(input);
  } while (!has_codes_outside());
  AcceleratorEngine engine(strict, larger, GridKind::kCycle);
  const AcceleratorRun run = engine.run(input);
  for (const mapping::LayerProgram& layer : mapping::compile(*strict, larger).layers) {
    const auto stored = static_cast<size_t>(strict->operators[layer.output_operator]->output);
    EXPECT_EQ(run.tensors[stored], expected[stored]) << layer.name;
  }
  ASSERT_TRUE(run.detection);
  EXPECT_FALSE(run.detection->alarm);
}

/// Without work for it, the unit changes neither cycles nor any field that was there before.
TEST_P(NeuronUnitTest, AnIdleUnitChangesNothing) {
  test::LayerMaker other(hw::CounterRandom(kSeed, 99));
  const auto plain = test::small_classifier(other);
  const auto image = other.codes(100);
  AcceleratorEngine engine(plain, config, GridKind::kCycle);
  hw::AcceleratorConfig without = config;
  without.protection.neuron_unit.clear();
  const mapping::CompiledNetwork same = mapping::compile(*plain, without);
  const mapping::CompiledNetwork here = mapping::compile(*plain, config);
  for (size_t layer = 0; layer < same.layers.size(); ++layer) {
    EXPECT_EQ(same.layers[layer].commands(), here.layers[layer].commands());
  }
  EXPECT_EQ(engine.run(image).tensors, FunctionalEngine(plain, config.grid.multiplier).run(image));
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
INSTANTIATE_TEST_SUITE_P(Machines, IntervalUnitTest,
                         testing::Combine(testing::Values(hw::Dataflow::kWeightStationary,
                                                          hw::Dataflow::kOutputStationary,
                                                          hw::Dataflow::kInputStationary),
                                          testing::Values("edac")),
                         name_of_unit);

}  // namespace
}  // namespace faultline::engine
