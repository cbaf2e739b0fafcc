#include "sim/cost/operand_probe.h"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "sim/engine/accelerator_engine.h"
#include "tests/support/random_network.h"
#include "tests/support/wide_network.h"

namespace faultline::cost {
namespace {

constexpr uint64_t kSeed = 61;

uint64_t both(uint64_t activation, uint64_t weight, int bits) {
  return activation << bits | weight;
}

/// A multiplier whose product is its two operands side by side.
hw::Multiplier pairing(int bits) {
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  const auto product = [=](int64_t activation, int64_t weight) {
    return hw::wrap_to(static_cast<int64_t>(
                           both(static_cast<uint64_t>(activation) & mask, static_cast<uint64_t>(weight) & mask, bits)),
                       2 * bits);
  };
  if (bits > 8) {
    return {"pairing", hw::OperandFormat{bits}, product};
  }
  const auto table = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (int activation = -128; activation < 128; ++activation) {
    for (int weight = -128; weight < 128; ++weight) {
      (*table)[hw::Multiplier::index(static_cast<int8_t>(activation), static_cast<int8_t>(weight))] =
          static_cast<int16_t>(product(activation, weight));
    }
  }
  return {"pairing", *table};
}

using Parameters = std::tuple<hw::Dataflow, engine::GridKind, int>;

/// SystemC elaborates once per process: each case builds one platform.
class OperandProbeTest : public testing::TestWithParam<Parameters> {};

/// The wires `product` tell what the multipliers read, as the fault-injection controller and waveforms see them.
TEST_P(OperandProbeTest, ShowsWhatEveryMultiplierReadsInEveryCycle) {
  const auto& [dataflow, kind, bits] = GetParam();
  test::LayerMaker maker(hw::CounterRandom(kSeed, static_cast<uint64_t>(dataflow)));
  auto network = test::small_classifier(maker);
  if (bits > 8) {
    network = test::widened(maker, hw::OperandFormat{bits}, network);
  }
  hw::AcceleratorConfig config{hw::GridConfig(7, 5, dataflow, pairing(bits))};
  test::enlarge_until_it_fits(*network, config);
  engine::AcceleratorEngine engine(network, config, kind);
  const hw::StateTable& state = engine.platform().state();
  const size_t products = state.field_index("array.pe[*][*].product");

  uint64_t cycles = 0;
  uint64_t wrong = 0;
  std::set<uint64_t> seen;
  const OperandProbe probe(engine.platform(), config.grid, [&](const MultiplierInputs& read) {
    ++cycles;
    for (size_t element = 0; element < 7 * 5; ++element) {
      const uint64_t product = state.peek({products, element});
      wrong += product != both(read.activations.at(element), read.weights.at(element), bits) ? 1 : 0;
      seen.insert(product);
    }
  });
  const model::Values input = bits > 8 ? model::Values(maker.wide_codes(100, network->format)) : maker.codes(100);
  const engine::AcceleratorRun run = engine.run(input);
  EXPECT_EQ(wrong, 0U) << "seed " << kSeed;
  EXPECT_EQ(cycles + 1, run.total_cycles) << "the run ends at the edge that begins its last cycle";
  EXPECT_GT(seen.size(), 1000U);
}

INSTANTIATE_TEST_SUITE_P(
    All, OperandProbeTest,
    testing::Combine(testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                     hw::Dataflow::kInputStationary),
                     testing::Values(engine::GridKind::kCycle, engine::GridKind::kStructural), testing::Values(8, 12)),
    [](const auto& test_case) {
      return std::string(hw::to_string(std::get<0>(test_case.param))) + "_" +
             engine::grid_name(std::get<1>(test_case.param)) + "_" + std::to_string(std::get<2>(test_case.param));
    });

}  // namespace
}  // namespace faultline::cost
