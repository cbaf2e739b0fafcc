#include "sim/inject/importance_sample.h"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "sim/inject/site_box.h"
#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

constexpr uint64_t kDraws = 40000;

class ImportanceSampleTest : public testing::Test {
 protected:
  ImportanceSample sample(std::vector<std::pair<std::string, double>> factors, uint64_t seed = 3) {
    SampleRequest request;
    request.where = {"array.pe[*][*].*", "buffer.weight", "controller.*"};
    request.size = kDraws;
    request.seed = seed;
    std::vector<ImportanceFactor> made;
    for (auto& [pattern, factor] : factors) {
      made.push_back({pattern, factor, {}});
    }
    return ImportanceSample(request, made, {small.table, 100, 4, {}, {}, {}});
  }

  /// Mean of weight x truth, and that its distance from `expected` is below five standard errors.
  static void expect_unbiased(const ImportanceSample& sample, double expected,
                              const std::function<bool(const hw::Fault&)>& truth) {
    double sum = 0;
    double squares = 0;
    for (uint64_t n = 0; n < sample.size(); ++n) {
      const Experiment experiment = sample.at(n);
      const double value = truth(experiment.faults[0]) ? experiment.weight : 0;
      sum += value;
      squares += value * value;
    }
    const double mean = sum / kDraws;
    const double error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
    EXPECT_NEAR(mean, expected, 5 * error + 1e-12);
  }
  SmallTable small;
};

const double kPositions = 12 * 41 + 800 + 48;

TEST_F(ImportanceSampleTest, WeightsAverageToOneAndEstimatesAreUnbiased) {
  for (const auto& factors : std::vector<std::vector<std::pair<std::string, double>>>{
           {{"controller.*", 20}},
           {{"controller.phase", 30}, {"array.pe[1][*].psum", 5}, {"buffer.weight[10:20]", 0.1}},
           {{"array.pe[*][*].*", 2}, {"buffer.weight", 2}, {"controller.*", 2}}}) {
    const ImportanceSample drawn = sample(factors);
    EXPECT_TRUE(drawn.weighted());
    expect_unbiased(drawn, 1, [](const hw::Fault&) { return true; });
    expect_unbiased(drawn, 24 / kPositions, [](const hw::Fault& fault) { return fault.site.field == 6; });
    expect_unbiased(drawn, 12 * 16 / kPositions,
                    [](const hw::Fault& fault) { return fault.site.field == 0 && fault.mask >= 0x10000; });
    expect_unbiased(drawn, 0.5, [](const hw::Fault& fault) { return fault.start % 2 == 0; });
  }
}

TEST_F(ImportanceSampleTest, DrawsInProportionToShareTimesFactor) {
  const ImportanceSample drawn = sample({{"controller.*", 20}});
  uint64_t controller = 0;
  for (uint64_t n = 0; n < kDraws; ++n) {
    controller += drawn.at(n).faults[0].site.field >= 5 ? 1 : 0;
  }
  const double share = 20 * 48 / (20 * 48 + kPositions - 48);
  EXPECT_NEAR(static_cast<double>(controller), kDraws * share, 5 * std::sqrt(kDraws * share * (1 - share)));
  EXPECT_EQ(drawn.distinct_population(), 0u);
  EXPECT_EQ(drawn.population()["with_replacement"], true);
}

TEST_F(ImportanceSampleTest, RefusesPatternsThatMeanNothing) {
  EXPECT_THROW(sample({{"controller.*", 2}, {"controller.phase", 3}}), UserError) << "named twice";
  EXPECT_THROW(sample({{"array.pe[*][*].product", 2}}), UserError) << "a wire";
  EXPECT_NO_THROW(sample({{"array.pe[0][*].psum", 2}, {"array.pe[1:4][1].psum", 3}}));
}

TEST(SiteBoxTest, DifferenceAndIntersectionPartTheWhole) {
  const SmallTable small;
  const SiteSet whole = find_sites(small.table, "array.pe[*][*].psum", {})[0];
  const SiteSet part = find_sites(small.table, "array.pe[1:3][1].psum", {})[0];
  std::vector<int> covered(12, 0);
  std::vector<SiteSet> pieces = difference(whole, part);
  pieces.push_back(*intersection(whole, part));
  for (const SiteSet& piece : pieces) {
    for (uint64_t n = 0; n < piece.size(); ++n) {
      ++covered[piece.at(n).element];
    }
  }
  EXPECT_EQ(covered, std::vector<int>(12, 1));
  EXPECT_FALSE(intersection(part, find_sites(small.table, "array.pe[0][*].psum", {})[0]));
  EXPECT_TRUE(difference(whole, whole).empty());
}

}  // namespace
}  // namespace faultline::inject
