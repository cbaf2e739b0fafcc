#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "hw/arithmetic/requantisation.h"
#include "sim/engine/gemm_run.h"
#include "tests/support/gemm_cycles.h"
#include "tests/support/random_layer.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 53;

using Parameters = std::tuple<hw::Dataflow, std::string, int>;

/// SystemC elaborates once per process: one product per case.
class GemmEquivalence : public testing::TestWithParam<Parameters> {};

TEST_P(GemmEquivalence, ResultIsTheProductAndComputeCyclesFollowTheFormula) {
  const auto& [dataflow, engine, number] = GetParam();
  test::LayerMaker maker(hw::CounterRandom(kSeed, static_cast<uint64_t>(number)));
  const int lanes = engine == "cycle" ? 40 : 8;
  const int rows = maker.between(1, lanes);
  const int columns = maker.between(1, lanes);
  hw::AcceleratorConfig config{hw::GridConfig(rows, columns, dataflow, maker.multiplier())};
  config.psum_rows = 65536;  // the formula is for products that need not be cut
  const int height = maker.between(1, 60);
  const int depth = maker.between(1, 90);
  const int width = maker.between(1, 60);
  const Gemm gemm = random_gemm(height, depth, width, kSeed);
  SCOPED_TRACE("seed " + std::to_string(kSeed) + ", number " + std::to_string(number));
  const GemmResult result = run_gemm(gemm, config, engine);
  for (int64_t m = 0; m < gemm.m; ++m) {
    for (int64_t n = 0; n < gemm.n; ++n) {
      int32_t sum = 0;
      for (int64_t k = 0; k < gemm.k; ++k) {
        sum = hw::wrapping_add(sum, config.grid.multiplier.product(gemm.a[static_cast<size_t>(m * gemm.k + k)],
                                                                   gemm.b[static_cast<size_t>(k * gemm.n + n)]));
      }
      ASSERT_EQ(result.c[static_cast<size_t>(m * gemm.n + n)], sum) << m << ", " << n;
    }
  }
  const test::GemmShape shape{dataflow, config.grid.rows, config.grid.columns, gemm.m, gemm.n, gemm.k};
  ASSERT_TRUE(result.cycles);
  EXPECT_EQ(static_cast<int64_t>(result.cycles->compute), shape.compute_cycles());
  EXPECT_EQ(static_cast<int64_t>(result.folds.value()), shape.folds());
}

INSTANTIATE_TEST_SUITE_P(Random, GemmEquivalence,
                         testing::Combine(testing::Values(hw::Dataflow::kWeightStationary,
                                                          hw::Dataflow::kOutputStationary,
                                                          hw::Dataflow::kInputStationary),
                                          testing::Values("cycle", "structural"), testing::Range(0, 8)),
                         [](const auto& parameters) {
                           return std::string(hw::to_string(std::get<0>(parameters.param))) + "_" +
                                  std::get<1>(parameters.param) + "_" + std::to_string(std::get<2>(parameters.param));
                         });

}  // namespace
}  // namespace faultline::engine
