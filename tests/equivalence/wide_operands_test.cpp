// Machines with operands of 12 and 16 bits: the simulated platforms against plain loops and the definitions.
#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "hw/multipliers/family.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/gemm_run.h"
#include "tests/support/gemm_cycles.h"
#include "tests/support/mixed_multipliers.h"
#include "tests/support/platform_parameters.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/reference_layer.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 53;

using Parameters = test::PlatformParameters;

/// The family's standard member for operands of `bits` bits.
hw::Multiplier standard_member(const std::string& name, int bits) {
  const hw::MultiplierFamily* family = hw::find_multiplier_family(name);
  hw::GeneratedMultiplier generated{family, {}, bits};
  for (const hw::FamilyParameter& parameter : family->parameters(bits)) {
    generated.values.push_back(parameter.standard);
  }
  return generated.multiplier();
}

/// SystemC elaborates once per process: each case builds one platform.
class WideOperands : public testing::TestWithParam<Parameters> {
 protected:
  WideOperands()
      : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(std::get<2>(GetParam())))),
        format_{std::get<2>(GetParam()) % 2 == 0 ? 16 : 12} {}

  /// What LayerMaker draws, with a multiplier of this width.
  hw::AcceleratorConfig configuration(hw::Dataflow dataflow, int most_lanes) {
    hw::AcceleratorConfig config = maker_.configuration(dataflow, most_lanes);
    const bool exact = maker_.one_in(3);
    config.grid = hw::GridConfig(config.grid.rows, config.grid.columns, dataflow,
                                 exact ? hw::Multiplier(format_) : maker_.wide_multiplier(format_));
    return config;
  }

  test::LayerMaker maker_;
  hw::OperandFormat format_;
};

class WideGemm : public WideOperands {};

TEST_P(WideGemm, ResultIsTheProductAndComputeCyclesAreThoseOf8Bits) {
  const auto& [dataflow, kind, number] = GetParam();
  const char* const families[] = {"exact",    "truncated", "drum",         "roba",
                                  "mitchell", "lower_or",  "broken_array", "booth"};
  const hw::Multiplier multiplier = standard_member(families[number], format_.operand_bits);
  const int lanes = kind == GridKind::kCycle ? 40 : 8;
  const int rows = maker_.between(1, lanes);
  const int columns = maker_.between(1, lanes);
  hw::AcceleratorConfig config{hw::GridConfig(rows, columns, dataflow, multiplier)};
  config.psum_rows = 65536;  // the formula is for products that need not be cut
  const int height = maker_.between(1, 60);
  const int depth = maker_.between(1, 90);
  const int width = maker_.between(1, 60);
  const Gemm gemm = random_gemm(height, depth, width, kSeed, format_);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  const GemmResult result = run_gemm(gemm, config, kind == GridKind::kCycle ? "cycle" : "structural");
  for (int64_t m = 0; m < gemm.m; ++m) {
    for (int64_t n = 0; n < gemm.n; ++n) {
      int64_t sum = 0;
      for (int64_t k = 0; k < gemm.k; ++k) {
        sum += multiplier.wide_product(gemm.wide_a[static_cast<size_t>(m * gemm.k + k)],
                                       gemm.wide_b[static_cast<size_t>(k * gemm.n + n)]);
      }
      ASSERT_EQ(result.wide_c[static_cast<size_t>(m * gemm.n + n)], sum) << m << ", " << n;
    }
  }
  const test::GemmShape shape{dataflow, config.grid.rows, config.grid.columns, gemm.m, gemm.n, gemm.k};
  ASSERT_TRUE(result.cycles);
  EXPECT_EQ(static_cast<int64_t>(result.cycles->compute), shape.compute_cycles());
}

class WideLayers : public WideOperands {};

TEST_P(WideLayers, EveryTensorEqualsTheDefinition) {
  const auto& [dataflow, kind, number] = GetParam();
  hw::AcceleratorConfig config = configuration(dataflow, kind == GridKind::kCycle ? 20 : 6);
  const auto network =
      test::widened(maker_, format_, test::unrelated_layers(maker_, kind == GridKind::kCycle ? 50 : 20));
  test::enlarge_until_it_fits(*network, config);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const model::Values input = maker_.wide_codes(1, format_);
  const AcceleratorRun run = engine.run(input);
  const auto expected = FunctionalEngine(network, config.grid.multiplier).run(input);
  for (const auto& step : network->operators) {
    const auto output = static_cast<size_t>(step->output);
    ASSERT_EQ(run.tensors[output], expected[output]) << step->name;
    if (dynamic_cast<const model::HostOperator*>(step.get()) == nullptr) {
      const auto& codes = std::get<std::vector<int16_t>>(expected[static_cast<size_t>(step->inputs[0])]);
      ASSERT_EQ(expected[output], test::reference_output(*step, codes, config.grid.multiplier)) << step->name;
    }
  }
}

class WideElements : public WideOperands {};

/// Elements with multipliers of their own.
TEST_P(WideElements, EveryTensorEqualsTheFunctionalEngines) {
  const auto& [dataflow, kind, number] = GetParam();
  hw::AcceleratorConfig config = configuration(dataflow, 6);
  const auto network = test::widened(maker_, format_, test::unrelated_layers(maker_, 10));
  const int row = maker_.between(0, config.grid.rows - 1);
  config.grid.add_region(
      {row, config.grid.rows - 1, 0, maker_.between(0, config.grid.columns - 1), maker_.wide_multiplier(format_)});
  test::enlarge_until_it_fits(*network, config);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  AcceleratorEngine engine(network, config, kind);
  const model::Values input = maker_.wide_codes(1, format_);
  ASSERT_EQ(engine.run(input).tensors, FunctionalEngine(network, LayerMultipliers(*network, config)).run(input));
}

const auto kDataflows =
    testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary, hw::Dataflow::kInputStationary);
const auto kGrids = testing::Values(GridKind::kCycle, GridKind::kStructural);

INSTANTIATE_TEST_SUITE_P(Families, WideGemm, testing::Combine(kDataflows, kGrids, testing::Range(0, 8)), test::name_of);
INSTANTIATE_TEST_SUITE_P(Random, WideLayers, testing::Combine(kDataflows, kGrids, testing::Range(0, 4)), test::name_of);
INSTANTIATE_TEST_SUITE_P(Random, WideElements,
                         testing::Combine(kDataflows, testing::Values(GridKind::kCycle), testing::Range(0, 2)),
                         test::name_of);

}  // namespace
}  // namespace faultline::engine
