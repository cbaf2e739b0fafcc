// Whole inferences of LeNet-5 on the accelerator as SystemVerilog and on the cycle engine's, side by side: every
// register, memory, wire and output the same in every cycle, and the outputs those of integer inference.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/engine/functional_engine.h"
#include "sim/mapping/activations.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;

constexpr uint64_t kMostCycles = 10'000'000;

struct Machine {
  int rows;
  int columns;
  Dataflow dataflow;
  size_t images;
};

class NetworkRtl : public testing::TestWithParam<Machine> {};

TEST_P(NetworkRtl, RunsLeNetInLockstep) {
  FAULTLINE_NEEDS_VERILATOR();
  const Machine& machine = GetParam();
  const auto network = std::make_shared<const model::Network>(
      model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx"));
  const model::Dataset dataset = model::load_dataset("builtin:digits", model::Split::kTest, machine.images);
  hw::AcceleratorConfig config{hw::GridConfig(machine.rows, machine.columns, machine.dataflow, hw::Multiplier())};
  config.dram_bytes = 1 << 22;
  const mapping::CompiledNetwork compiled = mapping::compile(*network, config);
  const engine::FunctionalEngine functional(network, config.grid.multiplier);
  AcceleratorLockstep pair(config, hw::accelerator_maker("cycle"),
                           test::verilated(accelerator_design(config), SiteCheck::kPoke));
  const std::vector<uint8_t> constants = compiled.constants();
  pair.write_dram(static_cast<uint64_t>(compiled.constants_begin), constants.data(), constants.size());
  pair.mark_dram_clean();
  for (size_t image = 0; image < machine.images; ++image) {
    const std::vector<model::Values> tensors = functional.run(model::network_input(*network, dataset.image(image)));
    pair.reset();
    uint64_t cycles = 0;
    for (const mapping::LayerProgram& layer : compiled.layers) {
      const model::Operator& step = *network->operators[layer.operator_index];
      const std::vector<uint8_t> input =
          mapping::to_dram(tensors[static_cast<size_t>(step.inputs.front())], layer.input);
      pair.write_dram(static_cast<uint64_t>(layer.memory.input), input.data(), input.size());
      const LockstepRun run = pair.run(layer.commands(), kMostCycles);
      ASSERT_FALSE(run.divergence) << "image " << image << ", " << layer.name << ", " << run.divergence->text();
      ASSERT_EQ(run.status, LockstepRun::Status::kCompleted);
      std::vector<uint8_t> output(static_cast<size_t>(layer.memory.output_bytes));
      pair.other().dram_content.read(static_cast<uint64_t>(layer.memory.output), output.data(), output.size());
      EXPECT_EQ(mapping::from_dram(output, layer.output), tensors[static_cast<size_t>(step.output)]) << layer.name;
      cycles += run.cycles;
    }
    RecordProperty("cycles", static_cast<int>(cycles));
  }
  RecordProperty("comparisons", std::to_string(pair.comparisons()));
}

INSTANTIATE_TEST_SUITE_P(Machines, NetworkRtl,
                         testing::Values(Machine{16, 16, Dataflow::kWeightStationary, 2},
                                         Machine{8, 8, Dataflow::kOutputStationary, 1},
                                         Machine{5, 7, Dataflow::kInputStationary, 1}),
                         [](const auto& machine) {
                           return std::to_string(machine.param.rows) + "x" + std::to_string(machine.param.columns) +
                                  "_" + hw::to_string(machine.param.dataflow);
                         });

}  // namespace
}  // namespace faultline::rtl
