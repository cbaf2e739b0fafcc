#include "sim/cost/network_energy.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/config/user_error.h"
#include "sim/cost/switching_array.h"
#include "sim/process/child_process.h"
#include "tests/support/random_network.h"

namespace faultline::cost {
namespace {

constexpr uint64_t kSeed = 61;

netlist::GateNetlist gates_of(const hw::GeneratedMultiplier& multiplier) {
  return netlist::synthesize_gates(multiplier.systemverilog(), multiplier.module_name(), multiplier.name());
}

/// An activation and a weight.
using Pair = std::pair<int8_t, int8_t>;

/// One sequence of operands of one multiplier, evaluated one after the other: gate equivalents of the gates that
/// change.
double switched_by(const netlist::GateNetlist& circuit, const std::vector<Pair>& sequence) {
  netlist::GateNetlist::Values before;
  double sum = 0;
  for (const auto& [activation, weight] : sequence) {
    netlist::GateNetlist::Values now(circuit.net_names().size());
    for (int bit = 0; bit < 8; ++bit) {
      const std::string index = "[" + std::to_string(bit) + "]";
      now[circuit.find_net("activation" + index).value()] = static_cast<uint8_t>(activation) >> bit & 1;
      now[circuit.find_net("weight" + index).value()] = static_cast<uint8_t>(weight) >> bit & 1;
    }
    circuit.evaluate(now);
    for (const netlist::Gate& gate : circuit.gates()) {
      const bool switches = !before.empty() && ((before[gate.output] ^ now[gate.output]) & 1) != 0;
      sum += switches ? netlist::gate_equivalents(gate.kind) : 0;
    }
    before = now;
  }
  return sum;
}

/// SystemC elaborates once per process: each case builds one platform.
class NetworkEnergyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::on_path("yosys")) {
      GTEST_SKIP() << "yosys is not installed";
    }
  }

  static hw::GeneratedMultiplier standard(const char* family) {
    return standard_multiplier(*hw::find_multiplier_family(family));
  }

  static NetworkEnergy energy_of(const hw::GeneratedMultiplier& multiplier, hw::GridConfig grid,
                                 std::shared_ptr<const model::Network> network,
                                 const std::vector<model::Values>& inputs) {
    hw::AcceleratorConfig config{std::move(grid)};
    test::enlarge_until_it_fits(*network, config);
    size_t done = 0;
    NetworkEnergy energy = network_energy(multiplier, config, network, inputs, [&](size_t now) { done = now; });
    EXPECT_EQ(done, inputs.size());
    return energy;
  }

  /// Three activations, three weights, one sum, on an array of one element.
  static void expect_energy_of_three_products(hw::Dataflow dataflow, const std::vector<Pair>& operands) {
    test::NetworkBuilder builder({3});
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->kind = "Gemm";
    layer->name = "gemm";
    layer->geometry.in_channels = 3;
    layer->geometry.out_channels = 1;
    layer->weights = {-7, 120, 51};
    layer->post.bias = {5};
    builder.add_matrix(std::move(layer), builder.last());
    const hw::GeneratedMultiplier multiplier = standard("drum");
    const NetworkEnergy energy = energy_of(multiplier, hw::GridConfig(1, 1, dataflow, multiplier.table()),
                                           builder.finish(), {model::Values(std::vector<int8_t>{93, -128, 14})});
    EXPECT_EQ(energy.products, 3U);
    EXPECT_NEAR(3 * energy.switching_energy, switched_by(gates_of(multiplier), operands), 1e-9);
    EXPECT_NEAR(3 * energy.exact_switching_energy, switched_by(gates_of(standard("exact")), operands), 1e-9);
  }
};

// A fold's weight is loaded at the edge that brings its activation, which stays for one cycle (docs/hardware.md).
TEST_F(NetworkEnergyTest, OfThreeProductsWeightStationary) {
  expect_energy_of_three_products(hw::Dataflow::kWeightStationary,
                                  {{0, 0}, {93, -7}, {0, -7}, {-128, 120}, {0, 120}, {14, 51}, {0, 51}});
}

TEST_F(NetworkEnergyTest, OfThreeProductsInputStationary) {
  expect_energy_of_three_products(hw::Dataflow::kInputStationary,
                                  {{0, 0}, {93, -7}, {93, 0}, {-128, 120}, {-128, 0}, {14, 51}, {14, 0}});
}

// Both operands come in the same cycle, one pair after the other.
TEST_F(NetworkEnergyTest, OfThreeProductsOutputStationary) {
  expect_energy_of_three_products(hw::Dataflow::kOutputStationary, {{0, 0}, {93, -7}, {-128, 120}, {14, 51}, {0, 0}});
}

/// More elements than one group of the simulation, the last group not full.
TEST_F(NetworkEnergyTest, IsTheSumOverAllElements) {
  constexpr size_t kElements = 150;
  constexpr size_t kSteps = 5;
  hw::CounterRandom random(kSeed, 0);
  const hw::GeneratedMultiplier multiplier = standard("truncated");
  SwitchingArray array(multiplier, kElements);
  std::vector<std::vector<Pair>> operands(kElements);
  for (size_t step = 0; step < kSteps; ++step) {
    MultiplierInputs inputs;
    for (size_t element = 0; element < kElements; ++element) {
      const Pair pair(static_cast<int8_t>(random.next_u64()), static_cast<int8_t>(random.next_u64()));
      operands[element].push_back(pair);
      inputs.activations.push_back(static_cast<uint8_t>(pair.first));
      inputs.weights.push_back(static_cast<uint8_t>(pair.second));
    }
    array.step(inputs);
  }
  const netlist::GateNetlist circuit = gates_of(multiplier);
  double expected = 0;
  for (const std::vector<Pair>& sequence : operands) {
    expected += switched_by(circuit, sequence);
  }
  EXPECT_GT(expected, 0);
  EXPECT_DOUBLE_EQ(array.switched(), expected) << "seed " << kSeed;
}

TEST_F(NetworkEnergyTest, OfTheExactMultiplierIsItsOwn) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 0));
  const auto network = test::small_classifier(maker);
  const std::vector<model::Values> inputs = {maker.codes(100), maker.codes(100)};
  const NetworkEnergy energy = energy_of(
      standard("exact"), hw::GridConfig(8, 9, hw::Dataflow::kOutputStationary, hw::Multiplier()), network, inputs);
  // Taps times outputs of both convolutions (paddings are multiplied) and both fully connected layers.
  EXPECT_EQ(energy.products, 2U * (9 * 4 * 100 + 36 * 6 * 25 + 24 * 12 + 12 * 5));
  EXPECT_GT(energy.switching_energy, 10);
  EXPECT_EQ(energy.switching_energy, energy.exact_switching_energy);
  EXPECT_EQ(to_json(energy)["relative_switching_energy"], 1.0);
}

TEST_F(NetworkEnergyTest, NeedsOneMultiplierForAllLayersAndElements) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 0));
  const auto network = test::small_classifier(maker);
  const hw::GeneratedMultiplier multiplier = standard("drum");
  hw::AcceleratorConfig layers{hw::GridConfig(4, 4, hw::Dataflow::kWeightStationary, multiplier.table())};
  hw::AcceleratorConfig elements = layers;
  layers.grid.alternatives.emplace_back();
  layers.layer_multipliers[network->operators.front()->name] = 1;
  elements.grid.add_region({1, 1, 2, 2, hw::Multiplier()});
  for (const hw::AcceleratorConfig& config : {layers, elements}) {
    EXPECT_THROW(network_energy(multiplier, config, network, {}, {}), UserError);
  }
}

}  // namespace
}  // namespace faultline::cost
