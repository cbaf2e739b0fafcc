#include "sim/inject/upset.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/inject/uniform_sample.h"
#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

class UpsetTest : public testing::Test {
 protected:
  UniformSample sample(const std::string& upset, std::vector<std::string> where, uint64_t size = 2000) {
    SampleRequest request;
    request.where = std::move(where);
    request.size = size;
    request.seed = 7;
    request.upset = std::make_shared<Upset>(Upset::read(config::parse_yaml(upset, "upset")));
    return UniformSample(request, {small.table, 1000, 4, {}, {}, {}});
  }
  SmallTable small;
};

TEST_F(UpsetTest, MultiplicitiesFollowTheirDistribution) {
  const UniformSample drawn = sample("{multiplicity: {1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}, pattern: adjacent_bits}",
                                     {"array.pe[*][*].psum"}, 40000);
  std::map<int, int> counts;
  for (uint64_t n = 0; n < drawn.size(); ++n) {
    const Experiment experiment = drawn.at(n);
    ASSERT_EQ(experiment.faults.size(), 1u);
    ++counts[__builtin_popcountll(experiment.faults[0].mask)];
  }
  ASSERT_EQ(counts.size(), 4u);
  const std::map<int, double> expected = {{1, 0.4}, {2, 0.3}, {3, 0.2}, {4, 0.1}};
  for (const auto& [bits, probability] : expected) {
    EXPECT_NEAR(counts[bits], 40000 * probability, 5 * std::sqrt(40000 * probability * (1 - probability))) << bits;
  }
  EXPECT_EQ(drawn.distinct_population(), 0u);
  EXPECT_EQ(drawn.population()["size"], 12u * 32 * 1000 * 4) << "of anchors";
}

TEST_F(UpsetTest, AdjacentBitsLieTogetherInsideTheWord) {
  const UniformSample drawn = sample("{multiplicity: {3: 1}, pattern: adjacent_bits}",
                                     {"array.pe[*][*].weight", "array.pe[*][*].weight_valid"});
  std::set<uint64_t> masks;
  for (uint64_t n = 0; n < drawn.size(); ++n) {
    const hw::Fault fault = drawn.at(n).faults.at(0);
    const int width = small.table.fields()[fault.site.field].bits;
    EXPECT_EQ(fault.mask >> __builtin_ctzll(fault.mask), width == 8 ? 7u : 1u);
    EXPECT_EQ(fault.mask >> width, 0u);
    masks.insert(fault.mask);
  }
  EXPECT_EQ(masks.size(), 6u + 1u);
  EXPECT_NEAR(drawn.population()["upset"]["cut_share"].get<double>(), 1.0 / 9, 1e-12) << "flags have one bit";
}

TEST_F(UpsetTest, NeighboursLieInOneRowOrColumnInsideTheGrid) {
  const UniformSample drawn = sample("{multiplicity: {3: 1}, pattern: neighbouring_pes}", {"array.pe[1:4][*].psum"});
  int along_row = 0;
  for (uint64_t n = 0; n < drawn.size(); ++n) {
    const Experiment experiment = drawn.at(n);
    ASSERT_EQ(experiment.faults.size(), 3u);
    const size_t first = experiment.faults[0].site.element;
    const size_t step = experiment.faults[1].site.element - first;
    ASSERT_TRUE(step == 1 || step == 3) << "3 columns";
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(experiment.faults[i].site.element, first + i * step);
      EXPECT_EQ(experiment.faults[i].mask, experiment.faults[0].mask);
      EXPECT_EQ(experiment.faults[i].start, experiment.faults[0].start);
    }
    EXPECT_GE(first / 3, 1u) << "row 0 is not named";
    if (step == 1) {
      EXPECT_EQ(first % 3, 0u);
      ++along_row;
    } else {
      EXPECT_EQ(first / 3, 1u);
    }
  }
  EXPECT_NEAR(along_row, 1000, 5 * std::sqrt(500.0));
}

TEST_F(UpsetTest, NeighboursInABufferAreItsWordsAndAScalarHasNone) {
  const UniformSample words = sample("{multiplicity: {4: 1}, pattern: neighbouring_pes}", {"buffer.weight"});
  for (uint64_t n = 0; n < words.size(); ++n) {
    const Experiment experiment = words.at(n);
    ASSERT_EQ(experiment.faults.size(), 4u);
    EXPECT_EQ(experiment.faults[3].site.element, experiment.faults[0].site.element + 3);
    EXPECT_LT(experiment.faults[3].site.element, 100u);
  }
  EXPECT_EQ(sample("{multiplicity: {4: 1}, pattern: neighbouring_pes}", {"controller.phase"}).at(0).faults.size(), 1u);
}

}  // namespace
}  // namespace faultline::inject
