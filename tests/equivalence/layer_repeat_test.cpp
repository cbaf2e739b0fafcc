// Layers that are computed again because the two words of a neuron differ: what a repeat puts right, what it costs, and
// what it cannot put right.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/command_timeline.h"
#include "tests/support/hardened_machine.h"
#include "tests/support/repetitions.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 211;
constexpr int kRepeats = 2;

/// A comparator that may have a layer repeated twice. Its table is so small that most layers take several walks.
class LayerRepeats : public testing::TestWithParam<hw::Dataflow>, protected test::HardenedMachine {
 protected:
  LayerRepeats()
      : HardenedMachine(kSeed, GetParam(), "dmr", kRepeats, 8),
        engine_(network, config, GridKind::kCycle),
        timeline_(engine_, compiled),
        golden_(engine_.golden(input)) {}

  size_t field(const std::string& path) { return engine_.platform().state().field_index(path); }
  uint64_t golden_cycles(size_t layer) const { return golden_.run.layers[layer].cycles.total(); }
  AcceleratorRun run_with(const hw::Fault& fault) {
    return engine_.run_with_faults(golden_, {fault}, 4 * golden_.run.total_cycles);
  }

  /// How often each layer was repeated; each must take a whole number of times its cycles.
  std::vector<uint64_t> repeats_of(const AcceleratorRun& run) const {
    std::vector<uint64_t> repeats;
    for (size_t layer = 0; layer < run.layers.size(); ++layer) {
      const uint64_t cycles = run.layers[layer].cycles.total();
      EXPECT_EQ(cycles % golden_cycles(layer), 0U) << run.layers[layer].name;
      repeats.push_back(cycles / golden_cycles(layer) - 1);
    }
    return repeats;
  }

  /// A random bit of a random element of one of the fields that `wanted` holds for; fields are equally likely.
  template <typename Wanted>
  hw::Fault random_strike(Wanted wanted) {
    const auto& fields = engine_.platform().state().fields();
    hw::Fault fault;
    do {
      fault.site.field = static_cast<size_t>(maker.between(0, static_cast<int>(fields.size()) - 1));
    } while (!wanted(fields[fault.site.field]));
    const hw::StateField& struck = fields[fault.site.field];
    fault.site.element = static_cast<size_t>(maker.between(0, static_cast<int>(struck.element_count()) - 1));
    fault.mask = uint64_t{1} << maker.between(0, struck.bits - 1);
    fault.start = static_cast<uint64_t>(maker.between(0, static_cast<int>(golden_.run.total_cycles) - 1));
    return fault;
  }

  AcceleratorEngine engine_;
  CommandTimeline timeline_;
  GoldenRun golden_;
};

TEST_P(LayerRepeats, AreNotAskedForWithoutFaults) {
  const AcceleratorRun run = engine_.run(input);
  expect_golden(run);
  EXPECT_FALSE(engine_.platform().detection());
  EXPECT_FALSE(engine_.platform().repeat_requested());
  EXPECT_EQ(run.total_cycles, timeline_.total_cycles());
}

/// Every flip of a word between its computation and its walk, whichever of the layer's walks takes it.
TEST_P(LayerRepeats, PutStruckWordsRight) {
  int not_last = 0;
  for (int number = 0; number < test::repetitions(150); ++number) {
    const size_t layer = random_protected_layer();
    const mapping::LayerProgram& program = compiled.layers[layer];
    const size_t neuron = random_protected_neuron(program);
    const Words words = words_of(program, place_of(program, neuron));
    ASSERT_EQ(words.addresses.size(), 2U);
    const auto word = static_cast<size_t>(maker.between(0, 1));
    const auto mask = static_cast<uint64_t>(maker.between(1, 255));
    const AcceleratorRun run = run_with({{field("buffer.output[*]"), words.addresses[word]},
                                         mask,
                                         hw::FaultModel::kFlip,
                                         timeline_.at(layer, words.step).first_cycle});
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", " + program.name + " neuron " + std::to_string(neuron));
    ASSERT_EQ(run.status, Platform::Status::kCompleted);
    expect_golden(run);
    ASSERT_TRUE(run.detection);
    EXPECT_EQ(run.detection->unit, "protection.dmr");
    EXPECT_TRUE(run.detection->corrected);
    EXPECT_FALSE(run.detection->alarm);
    EXPECT_LT(run.farthest, Station::kStored) << "the wrong word does not outlast the repeat";
    EXPECT_EQ(run.total_cycles, golden_.run.total_cycles + golden_cycles(layer));
    const auto walks = [](const mapping::Step& step) {
      return step.command.opcode == static_cast<int32_t>(hw::Opcode::kCorrect);
    };
    const auto next = program.steps.begin() + static_cast<std::ptrdiff_t>(words.step) + 1;
    not_last += std::any_of(next, program.steps.end(), walks) ? 1 : 0;
  }
  EXPECT_GT(not_last, 0) << "no difference was found before the last walk of its layer";
}

/// Flips of what holds data: either no word differs, or a repeat puts everything right.
TEST_P(LayerRepeats, PutRightWhateverASingleFlipMakesDiffer) {
  const auto holds_data = [](const hw::StateField& field) {
    const std::string& path = field.path;
    return path.rfind("buffer.", 0) == 0 || path.rfind("array.", 0) == 0 || path == "post_processing.biased[*]" ||
           path == "post_processing.product[*]" || path == "post_processing.neuron_word" ||
           path.rfind("protection.dmr.held", 0) == 0;
  };
  int seen = 0;
  int wrong = 0;
  for (int number = 0; number < test::repetitions(2000); ++number) {
    const hw::Fault fault = random_strike(holds_data);
    const AcceleratorRun run = run_with(fault);
    ASSERT_EQ(run.status, Platform::Status::kCompleted);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", flip " + std::to_string(number));
    if (!run.detection) {
      EXPECT_EQ(run.total_cycles, golden_.run.total_cycles);
      const size_t output = output_of(compiled.layers.back());
      wrong += run.tensors[output] != golden_tensors[output] ? 1 : 0;
      continue;
    }
    ++seen;
    EXPECT_TRUE(run.detection->corrected);
    expect_golden(run);
    const std::vector<uint64_t> repeats = repeats_of(run);
    EXPECT_EQ(std::count(repeats.begin(), repeats.end(), 1U), 1);
    EXPECT_EQ(std::count(repeats.begin(), repeats.end(), 0U), static_cast<int64_t>(repeats.size()) - 1);
  }
  std::printf("%s: %d flips seen and put right, %d others gave wrong outputs\n", hw::to_string(GetParam()), seen,
              wrong);
  if (!test::kSanitized) {
    EXPECT_GT(seen, 0);
  }
}

/// A bit that stays stuck is there in every repeat, so that the last one raises the alarm.
TEST_P(LayerRepeats, EndInAnAlarmWhereTheFaultStays) {
  const std::string psum = GetParam() == hw::Dataflow::kOutputStationary ? "accumulator" : "psum";
  int alarms = 0;
  for (int number = 0; number < test::repetitions(150); ++number) {
    hw::Fault fault =
        random_strike([&](const hw::StateField& field) { return field.path == "array.pe[*][*]." + psum; });
    fault.model = maker.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
    fault.start = fault.duration = 0;
    const AcceleratorRun run = run_with(fault);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", stuck bit " + std::to_string(number));
    ASSERT_EQ(run.status, Platform::Status::kCompleted);
    const std::vector<uint64_t> repeats = repeats_of(run);
    EXPECT_TRUE(std::all_of(repeats.begin(), repeats.end(), [](uint64_t n) { return n == 0 || n == kRepeats; }));
    const bool asked = std::count(repeats.begin(), repeats.end(), uint64_t{kRepeats}) > 0;
    ASSERT_EQ(run.detection.has_value(), asked);
    if (run.detection) {
      EXPECT_TRUE(run.detection->alarm);
      EXPECT_FALSE(run.detection->corrected);
      ++alarms;
    }
  }
  EXPECT_EQ(alarms > 0, GetParam() != hw::Dataflow::kInputStationary)
      << "only there does one element compute both words of a neuron";
}

/// The registers that ask and count: at worst a layer is repeated for nothing, or a repeat is missing.
TEST_P(LayerRepeats, AreTheWorstThatTheirOwnRegistersCost) {
  std::map<uint64_t, int> by_repeats;
  int latent = 0;
  for (int number = 0; number < test::repetitions(400); ++number) {
    hw::Fault fault = random_strike([](const hw::StateField& field) {
      return field.path == "protection.dmr.differed" || field.path == "protection.dmr.repeats";
    });
    const bool stuck = maker.one_in(2);
    if (stuck) {
      fault.model = maker.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
      fault.duration = 0;
    }
    const AcceleratorRun run = run_with(fault);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", fault " + std::to_string(number));
    ASSERT_EQ(run.status, Platform::Status::kCompleted);
    expect_golden(run);
    EXPECT_FALSE(run.detection);
    const std::vector<uint64_t> repeats = repeats_of(run);
    const uint64_t most = *std::max_element(repeats.begin(), repeats.end());
    EXPECT_LE(most, stuck ? kRepeats : 1U) << "the host counts too";
    ++by_repeats[most];
    latent += run.latent ? 1 : 0;
  }
  for (const auto& [repeats, faults] : by_repeats) {
    std::printf("%s: %d faults in the counter cost %llu repeats\n", hw::to_string(GetParam()), faults,
                static_cast<unsigned long long>(repeats));
  }
  std::printf("%s: %d latent\n", hw::to_string(GetParam()), latent);
  EXPECT_GT(by_repeats[0], 0);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, LayerRepeats,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return std::string(hw::to_string(dataflow.param)); });

}  // namespace
}  // namespace faultline::engine
