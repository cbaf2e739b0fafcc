#include "sim/inject/fault_sampler.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

class FaultSamplerTest : public testing::Test {
 protected:
  SampleRequest request(std::vector<std::string> where, SampleModel model = SampleModel::kFlip) {
    SampleRequest made;
    made.where = std::move(where);
    made.model = model;
    made.size = 1000;
    made.duration = model == SampleModel::kFlip ? 1 : 0;
    made.seed = 42;
    return made;
  }
  SmallTable small;
};

TEST_F(FaultSamplerTest, CountsThePopulationExactly) {
  const FaultSample flips(request({"array.pe[*][*].*", "buffer.weight"}), small.table, 1000, 20);
  EXPECT_EQ(flips.kind(), Population::kStorage) << "wires are a population of their own";
  EXPECT_EQ(flips.positions(), 12u * (32 + 8 + 1) + 800u);
  EXPECT_EQ(flips.population_size(), std::to_string((12u * 41 + 800u) * 1000 * 20));

  const FaultSample stuck(request({"buffer.weight"}, SampleModel::kStuckAtBoth), small.table, 1000, 20);
  EXPECT_EQ(stuck.population_size(), std::to_string(800u * 2 * 20)) << "a permanent fault has no start to choose";

  SampleRequest limited = request({"buffer.weight"}, SampleModel::kStuckAt0);
  limited.duration = 10;
  EXPECT_EQ(FaultSample(limited, small.table, 1000, 20).population_size(), std::to_string(800u * 1000 * 20));
}

TEST_F(FaultSamplerTest, PopulationsBeyond64BitsAreExact) {
  const FaultSample flips(request({"buffer.weight"}), small.table, ~uint64_t{0}, 1000000);
  EXPECT_EQ(flips.population_size(), "14757395258967641292000000000");  // 800 x (2^64 - 1) x 10^6
}

TEST_F(FaultSamplerTest, WiresAreDrawnWhenOnlyWiresAreNamedOrAskedFor) {
  EXPECT_EQ(FaultSample(request({"array.pe[*][*].product"}), small.table, 10, 1).kind(), Population::kWire);
  SampleRequest wires = request({"array.pe[*][*].*"});
  wires.population = Population::kWire;
  const FaultSample sample(wires, small.table, 10, 1);
  EXPECT_EQ(sample.positions(), 12u * 16);
  for (uint64_t n = 0; n < 100; ++n) {
    EXPECT_EQ(sample.at(n).faults[0].site.field, 3u);
  }
  wires.where = {"buffer.weight"};
  EXPECT_THROW(FaultSample(wires, small.table, 10, 1), UserError);
}

TEST_F(FaultSamplerTest, AnExperimentDependsOnSeedAndNumberOnly) {
  const FaultSample one(request({"*"}), small.table, 1000, 7);
  SampleRequest larger = request({"*"});
  larger.size = 5;
  const FaultSample two(larger, small.table, 1000, 7);
  for (uint64_t n = 5; n-- > 0;) {
    EXPECT_EQ(one.at(n).images, two.at(n).images);
    EXPECT_EQ(one.at(n).faults[0].site, two.at(n).faults[0].site);
    EXPECT_EQ(one.at(n).faults[0].mask, two.at(n).faults[0].mask);
    EXPECT_EQ(one.at(n).faults[0].start, two.at(n).faults[0].start);
  }
}

TEST_F(FaultSamplerTest, AdjacentBitsStayInsideTheWidth) {
  SampleRequest three = request({"array.pe[*][*].*"});
  three.bits = 3;
  const FaultSample sample(three, small.table, 1000, 1);
  EXPECT_EQ(sample.positions(), 12u * (30 + 6)) << "fields of one bit hold no three adjacent bits";
  std::set<uint64_t> masks;
  for (uint64_t n = 0; n < 1000; ++n) {
    const hw::Fault fault = sample.at(n).faults[0];
    const hw::StateField& field = small.table.fields()[fault.site.field];
    EXPECT_EQ(fault.mask & ~field.value_mask(), 0u);
    EXPECT_EQ(__builtin_popcountll(fault.mask), 3);
    EXPECT_EQ((fault.mask >> __builtin_ctzll(fault.mask)), 7u);
    masks.insert(fault.mask);
  }
  EXPECT_GE(masks.size(), 28u) << "nearly all of the 30 places should have been drawn";
  three.bits = 33;
  EXPECT_THROW(FaultSample(three, small.table, 1000, 1), UserError);
}

/// Every structure is drawn in proportion to its bits, every cycle, image and value equally often: each count lies
/// within five standard deviations of a binomial distribution (seed 42).
TEST_F(FaultSamplerTest, DrawsUniformlyOverThePopulation) {
  constexpr uint64_t kDraws = 100000;
  const FaultSample sample(request({"array.pe[*][*].*", "buffer.weight"}), small.table, 10, 4);
  std::map<size_t, uint64_t> fields;
  std::map<uint64_t, uint64_t> cycles;
  std::map<size_t, uint64_t> images;
  for (uint64_t n = 0; n < kDraws; ++n) {
    const Experiment experiment = sample.at(n);
    ++fields[experiment.faults[0].site.field];
    ++cycles[experiment.faults[0].start];
    ++images[experiment.images.at(0)];
  }
  const auto expect_share = [&](uint64_t count, double share) {
    const double expected = kDraws * share;
    EXPECT_NEAR(static_cast<double>(count), expected, 5 * std::sqrt(expected * (1 - share)));
  };
  const auto total = static_cast<double>(sample.positions());
  expect_share(fields[0], 12 * 32 / total);
  expect_share(fields[1], 12 * 8 / total);
  expect_share(fields[2], 12 * 1 / total);
  expect_share(fields[4], 800 / total);
  EXPECT_EQ(cycles.size(), 10u);
  EXPECT_EQ(images.size(), 4u);
  for (const auto& [cycle, count] : cycles) {
    expect_share(count, 0.1);
  }
  for (const auto& [image, count] : images) {
    expect_share(count, 0.25);
  }
}

TEST_F(FaultSamplerTest, BothStuckAtValuesAreDrawn) {
  const FaultSample sample(request({"buffer.weight"}, SampleModel::kStuckAtBoth), small.table, 1000, 1);
  int ones = 0;
  for (uint64_t n = 0; n < 1000; ++n) {
    const hw::Fault fault = sample.at(n).faults[0];
    EXPECT_NE(fault.model, hw::FaultModel::kFlip);
    EXPECT_EQ(fault.start, 0u);
    EXPECT_EQ(fault.duration, 0u);
    ones += fault.model == hw::FaultModel::kStuckAt1 ? 1 : 0;
  }
  EXPECT_NEAR(ones, 500, 5 * std::sqrt(250.0));
}

}  // namespace
}  // namespace faultline::inject
