#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/state_comparison.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/channel_bounds.h"
#include "tests/support/hardened_network.h"
#include "tests/support/narrow_weights.h"
#include "tests/support/random_fault.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/random_protection.h"
#include "tests/support/repetitions.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 47;
constexpr int kFaults = test::repetitions(800);

struct Machine {
  hw::Dataflow dataflow;
  bool is_protected;
  hw::OperandFormat format = {};
  std::string neuron_unit = {};
  std::optional<hw::ChannelBounds> channel_bounds = std::nullopt;
  bool checksum = false;
  std::optional<hw::WeightCheck> weight_check = std::nullopt;
  std::optional<int> repeats = {};
  bool spare_columns = false;
};

std::string name_of_machine(const Machine& machine) {
  return hw::to_string(machine.dataflow) + std::string(machine.is_protected ? "Protected" : "") + machine.neuron_unit +
         (machine.channel_bounds ? "Bounds" : "") + (machine.checksum ? "Checksum" : "") +
         (machine.weight_check ? "WeightCheck" : "") + (machine.repeats ? "Repeats" : "") +
         (machine.spare_columns ? "Spares" : "") +
         (machine.format.wide() ? "_" + std::to_string(machine.format.operand_bits) + "bit" : "");
}

constexpr hw::WeightCheck kRange{hw::WeightCheck::Mode::kRange};
constexpr hw::WeightCheck kBits{hw::WeightCheck::Mode::kBits};

void PrintTo(const Machine& machine, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << name_of_machine(machine);
}

/// run_with_faults() starts in the middle and stops early; this simulates every cycle instead.
class FaultyRuns : public testing::TestWithParam<Machine> {
 protected:
  FaultyRuns() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam().dataflow))) {
    const hw::OperandFormat format = GetParam().format;
    const std::string& unit = GetParam().neuron_unit;
    auto network = unit.empty() ? test::small_classifier(maker_) : test::hardened_classifier(maker_, unit);
    if (GetParam().channel_bounds) {
      test::bound_channels(maker_, *network);
    }
    network_ = network = format.wide() ? test::widened(maker_, format, network) : network;
    if (GetParam().weight_check) {
      test::narrow_weights(maker_, *network);
    }
    config_.grid =
        hw::GridConfig(4, 3, GetParam().dataflow, format.wide() ? maker_.wide_multiplier(format) : maker_.multiplier());
    if (GetParam().checksum) {
      config_.grid.multiplier = hw::Multiplier(format);
    }
    config_.input_buffer_bytes = 256 * format.operand_bytes();
    config_.weight_buffer_bytes = 400 * format.operand_bytes();
    config_.output_buffer_bytes = 256 * format.operand_bytes();
    config_.psum_rows = 64;
    config_.parameter_entries = 16;
    config_.dram_bytes = 1 << 16;
    config_.dram_latency = 5;
    if (GetParam().is_protected) {
      config_.protect(test::memory_protections(maker_));
    }
    config_.protection.neuron_unit = unit;
    config_.protection.neuron_entries = 30;
    config_.protection.neuron_repeats = GetParam().repeats;
    config_.protection.channel_bounds = GetParam().channel_bounds;
    if (unit == "edac") {
      config_.protection.channel_bounds = hw::ChannelBounds{true};
    }
    if (GetParam().checksum) {
      config_.protection.checksum = hw::ArrayChecksum{true};
    }
    config_.protection.weight_check = GetParam().weight_check;
    if (GetParam().spare_columns) {
      config_.protection.spare_columns = hw::SpareColumns{2, {1}};
      config_.protect(config_.protection);
    }
    compiled_ = mapping::compile(*network_, config_);
    engine_ = std::make_unique<AcceleratorEngine>(network_, config_, GridKind::kCycle);
  }

  /// With the repeats that the neuron unit asks for.
  Platform::Status run_layer(const mapping::LayerProgram& layer, uint64_t cycle_limit) {
    Platform& platform = engine_->platform();
    Platform::Status status = platform.run(layer.commands(), cycle_limit);
    const int most = layer.protection_use.neurons > 0 ? GetParam().repeats.value_or(0) : 0;
    for (int repeat = 0; repeat < most; ++repeat) {
      if (status == Platform::Status::kCompleted && platform.repeat_requested()) {
        status = platform.run(layer.commands(), cycle_limit);
      }
    }
    return status;
  }

  AcceleratorRun simulate_everything(const GoldenRun& golden, const std::vector<hw::Fault>& faults,
                                     uint64_t cycle_limit) {
    Platform& platform = engine_->platform();
    platform.reset();
    for (const hw::Fault& fault : faults) {
      platform.arm(fault);
    }
    AcceleratorRun run;
    run.tensors.resize(network_->tensors.size());
    run.tensors[0] = golden.run.tensors[0];
    for (const mapping::LayerProgram& layer : compiled_.layers) {  // this network has none that the host runs
      const model::Operator& step = *network_->operators[layer.operator_index];
      const auto input = mapping::to_dram(run.tensors[static_cast<size_t>(step.inputs[0])], layer.input);
      platform.write_memory(static_cast<uint64_t>(layer.memory.input), input.data(), input.size());
      run.status = run_layer(layer, cycle_limit);
      run.total_cycles = platform.cycle();
      run.detection = platform.detection();
      if (run.status != Platform::Status::kCompleted) {
        return run;
      }
      std::vector<uint8_t> output(static_cast<size_t>(layer.output.bytes()));
      platform.read_memory(static_cast<uint64_t>(layer.memory.output), output.data(), output.size());
      const auto stored = static_cast<size_t>(network_->operators[layer.output_operator]->output);
      run.tensors[stored] = mapping::from_dram(output, layer.output);
    }
    std::vector<uint8_t> constants = compiled_.constants();
    const std::vector<uint8_t> expected = constants;
    platform.read_memory(static_cast<uint64_t>(compiled_.constants_begin), constants.data(), constants.size());
    const bool same_state = array_comparison(platform.state()).equal(golden.end->state);
    run.detection = platform.detection();
    run.latent = run.tensors[output()] == golden.run.tensors[output()] && !run.detection &&
                 !(same_state && constants == expected);
    return run;
  }

  /// The tensors that the accelerator stores; what a layer gives its neuron unit stays inside.
  std::vector<model::Values> stored(const std::vector<model::Values>& tensors) const {
    std::vector<model::Values> all = {tensors.front()};
    for (const mapping::LayerProgram& layer : compiled_.layers) {
      all.push_back(tensors[static_cast<size_t>(network_->operators[layer.output_operator]->output)]);
    }
    return all;
  }

  model::Values random_input() {
    const hw::OperandFormat format = GetParam().format;
    return format.wide() ? model::Values(maker_.wide_codes(100, format)) : model::Values(maker_.codes(100));
  }

  hw::Fault random_fault(uint64_t cycles) { return test::random_fault(maker_, engine_->platform().state(), cycles); }

  size_t output() const { return static_cast<size_t>(network_->graph_outputs.front()); }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  mapping::CompiledNetwork compiled_;
  std::unique_ptr<AcceleratorEngine> engine_;
};

TEST_P(FaultyRuns, EqualASimulationOfEveryCycle) {
  const GoldenRun golden = engine_->golden(random_input());
  const uint64_t limit = 2 * golden.run.total_cycles;
  ASSERT_GT(golden.entries.size(), 0U);  // else no run begins inside of a layer
  int shortened = 0;
  int continued = 0;
  int latent = 0;
  int wrong = 0;
  int ended = 0;
  int detected = 0;
  int repeated = 0;
  for (int number = 0; number < kFaults; ++number) {
    std::vector<hw::Fault> faults = {random_fault(golden.run.total_cycles)};
    if (maker_.one_in(5)) {
      faults.push_back(random_fault(golden.run.total_cycles));
    }
    const hw::StateField& field = engine_->platform().state().fields()[faults[0].site.field];
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", fault " + std::to_string(number) + " in " +
                 hw::element_path(field, faults[0].site.element) + " at " + std::to_string(faults[0].start));
    const AcceleratorRun run = engine_->run_with_faults(golden, faults, limit);
    const bool stopped_early = engine_->platform().cycle() < run.total_cycles;
    const AcceleratorRun hasty = engine_->run_with_faults(golden, faults, limit, SimulationEngine::Latent::kSkip);
    ASSERT_EQ(stored(hasty.tensors), stored(run.tensors));
    ASSERT_EQ(hasty.total_cycles, run.total_cycles);
    ASSERT_FALSE(hasty.latent);
    shortened += stopped_early ? 1 : 0;
    continued += stopped_early && run.tensors[output()] != golden.run.tensors[output()] ? 1 : 0;
    const AcceleratorRun whole = simulate_everything(golden, faults, limit);
    ASSERT_EQ(run.status, whole.status);
    ASSERT_EQ(run.total_cycles, whole.total_cycles);
    ASSERT_EQ(stored(run.tensors), stored(whole.tensors));
    ASSERT_EQ(run.latent, whole.latent);
    ASSERT_EQ(run.detection.has_value(), whole.detection.has_value());
    if (run.detection) {
      ASSERT_EQ(run.detection->unit, whole.detection->unit);
      ASSERT_EQ(run.detection->cycle, whole.detection->cycle);
      ASSERT_EQ(run.detection->alarm, whole.detection->alarm);
      ASSERT_EQ(run.detection->corrected, whole.detection->corrected);
      ++detected;
    }
    uint64_t cycles = 0;
    for (const LayerCycles& layer : run.layers) {
      ASSERT_EQ(layer.first_cycle, cycles);
      cycles += layer.cycles.total();
    }
    ASSERT_EQ(cycles, run.total_cycles);
    latent += whole.latent ? 1 : 0;
    ended += whole.status != Platform::Status::kCompleted ? 1 : 0;
    repeated += whole.status == Platform::Status::kCompleted && whole.total_cycles > golden.run.total_cycles &&
                        whole.detection && whole.detection->corrected
                    ? 1
                    : 0;
    wrong += whole.tensors[output()] != golden.run.tensors[output()] ? 1 : 0;
  }
  std::printf(
      "seed %llu: %d faults, %d ended early, %d wrong outputs, %d latent, %d detected, %d put right in more cycles, %d "
      "not "
      "simulated to the end, %d of them wrong\n",
      static_cast<unsigned long long>(kSeed), kFaults, ended, wrong, latent, detected, repeated, shortened, continued);
  if (test::kSanitized) {
    return;
  }
  EXPECT_GT(shortened, continued);
  // What comes of wrong data is simulated where a unit may have something to say about it.
  EXPECT_TRUE(continued > 0 || GetParam().neuron_unit == "edac");
  EXPECT_EQ(latent > 0, !golden.run.detection) << "a unit that has raised a flag leaves nothing latent";
  EXPECT_EQ(detected > 0, GetParam().is_protected || !GetParam().neuron_unit.empty() || GetParam().checksum);
  if (GetParam().repeats) {
    EXPECT_GT(repeated, 0);
  }
  EXPECT_GT(ended, 0);
  EXPECT_GT(wrong, ended);
}

INSTANTIATE_TEST_SUITE_P(
    Dataflows, FaultyRuns,
    testing::Values(Machine{hw::Dataflow::kWeightStationary, false}, Machine{hw::Dataflow::kOutputStationary, false},
                    Machine{hw::Dataflow::kInputStationary, false}, Machine{hw::Dataflow::kWeightStationary, true},
                    Machine{hw::Dataflow::kOutputStationary, true},
                    Machine{hw::Dataflow::kWeightStationary, true, {16}},
                    Machine{hw::Dataflow::kOutputStationary, false, {16}},
                    Machine{hw::Dataflow::kInputStationary, false, {12}},
                    Machine{hw::Dataflow::kWeightStationary, false, {}, "lcu"},
                    Machine{hw::Dataflow::kOutputStationary, true, {}, "tmr"},
                    Machine{hw::Dataflow::kInputStationary, false, {}, "dmr"},
                    Machine{hw::Dataflow::kWeightStationary, false, {}, "dmr", {}, false, {}, 1},
                    Machine{hw::Dataflow::kOutputStationary, true, {}, "dmr", {}, false, {}, 2},
                    Machine{hw::Dataflow::kOutputStationary, false, {}, "edac"},
                    Machine{hw::Dataflow::kWeightStationary, true, {}, "edac"},
                    Machine{hw::Dataflow::kWeightStationary, false, {}, "lcu", hw::ChannelBounds{}},
                    Machine{hw::Dataflow::kWeightStationary, true, {}, {}, {}, true},
                    Machine{hw::Dataflow::kOutputStationary, false, {}, {}, {}, true},
                    Machine{hw::Dataflow::kInputStationary, false, {12}, {}, {}, true},
                    Machine{hw::Dataflow::kWeightStationary, false, {}, {}, {}, false, kRange},
                    Machine{hw::Dataflow::kInputStationary, true, {16}, {}, {}, false, kBits},
                    Machine{hw::Dataflow::kInputStationary, true, {}, {}, {}, false, {}, {}, true}),
    [](const auto& machine) { return name_of_machine(machine.param); });

}  // namespace
}  // namespace faultline::engine
