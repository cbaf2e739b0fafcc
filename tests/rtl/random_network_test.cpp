// Random layers (convolutions, pooling, matrix products), compiled to programs for a small accelerator, on the RTL and
// on the cycle engine's accelerator side by side, without and with faults anywhere in it: every register, memory, wire
// and output the same in every cycle, and without faults the outputs those of integer inference.
#include "tests/support/random_network.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cosim/random_faults.h"
#include "sim/engine/functional_engine.h"
#include "sim/mapping/activations.h"
#include "sim/mapping/network_compiler.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;

constexpr uint64_t kMostCycles = 200'000;
constexpr int kLayers = 3;
constexpr uint64_t kSeeds = 40;

/// Networks on one accelerator in lockstep.
class RandomNetworkRtl : public testing::TestWithParam<Dataflow> {
 protected:
  void SetUp() override {
    FAULTLINE_NEEDS_VERILATOR();
    pair_ = std::make_unique<AcceleratorLockstep>(config_, hw::accelerator_maker("cycle"),
                                                  test::verilated(accelerator_design(config_), SiteCheck::kPoke));
  }

  /// Nothing where the buffers are too small for it.
  static std::optional<mapping::CompiledNetwork> compile(const model::Network& network,
                                                         const hw::AcceleratorConfig& config) {
    try {
      return mapping::compile(network, config);
    } catch (const UserError&) {
      return std::nullopt;
    }
  }

  void load(const mapping::CompiledNetwork& compiled) {
    const std::vector<uint8_t> constants = compiled.constants();
    pair_->reset();
    pair_->write_dram(static_cast<uint64_t>(compiled.constants_begin), constants.data(), constants.size());
  }

  LockstepRun run_layer(const mapping::LayerProgram& layer, const model::Values& input, uint64_t most_cycles) {
    const std::vector<uint8_t> bytes = mapping::to_dram(input, layer.input);
    pair_->write_dram(static_cast<uint64_t>(layer.memory.input), bytes.data(), bytes.size());
    return pair_->run(layer.commands(), most_cycles);
  }

  model::Values output_of(const mapping::LayerProgram& layer) const {
    std::vector<uint8_t> bytes(static_cast<size_t>(layer.memory.output_bytes));
    pair_->other().dram_content.read(static_cast<uint64_t>(layer.memory.output), bytes.data(), bytes.size());
    return mapping::from_dram(bytes, layer.output);
  }

  hw::AcceleratorConfig config_ = test::small_accelerator(GetParam(), 3, 4);
  std::unique_ptr<AcceleratorLockstep> pair_;
};

TEST_P(RandomNetworkRtl, StepsAlikeWithAndWithoutFaults) {
  int networks = 0;
  int struck = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::LayerMaker maker(hw::CounterRandom(seed, 0));
    const auto network = test::unrelated_layers(maker, kLayers);
    const auto compiled = compile(*network, config_);
    if (!compiled) {
      continue;
    }
    ++networks;
    const engine::FunctionalEngine functional(network, config_.grid.multiplier);
    const std::vector<model::Values> tensors = functional.run(std::vector<int8_t>(1));
    const auto input_of = [&](const mapping::LayerProgram& layer) {
      return tensors[static_cast<size_t>(network->operators[layer.operator_index]->inputs.front())];
    };

    load(*compiled);
    uint64_t cycles = 0;
    for (const mapping::LayerProgram& layer : compiled->layers) {
      const LockstepRun run = run_layer(layer, input_of(layer), kMostCycles);
      ASSERT_FALSE(run.divergence) << layer.name << ", " << run.divergence->text();
      ASSERT_EQ(run.status, LockstepRun::Status::kCompleted) << layer.name;
      const auto output = static_cast<size_t>(network->operators[layer.operator_index]->output);
      EXPECT_EQ(output_of(layer), tensors[output]) << layer.name;
      cycles += run.cycles;
    }

    load(*compiled);
    hw::CounterRandom random(seed, 1);
    const hw::StateTable& table = pair_->reference().table;
    constexpr int kFaults = 3;
    for (const hw::Fault& fault :
         cosim::random_faults(table, cosim::injectable_fields(table), kFaults, cycles, random)) {
      pair_->arm(fault);
    }
    uint64_t left = 2 * cycles;
    for (const mapping::LayerProgram& layer : compiled->layers) {
      const LockstepRun run = run_layer(layer, input_of(layer), left);
      ASSERT_FALSE(run.divergence) << layer.name << ", " << run.divergence->text();
      left -= run.cycles;
      struck +=
          run.status == LockstepRun::Status::kCompleted &&
                  output_of(layer) == tensors[static_cast<size_t>(network->operators[layer.operator_index]->output)]
              ? 0
              : 1;
      if (run.status != LockstepRun::Status::kCompleted) {
        break;
      }
    }
  }
  EXPECT_GE(networks, 8);
  EXPECT_GT(struck, 0) << "no fault changed a layer";
}

INSTANTIATE_TEST_SUITE_P(Dataflows, RandomNetworkRtl,
                         testing::Values(Dataflow::kWeightStationary, Dataflow::kOutputStationary,
                                         Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::rtl
