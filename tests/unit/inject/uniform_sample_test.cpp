#include "sim/inject/uniform_sample.h"

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

class UniformSampleTest : public testing::Test {
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
  SampleContext context(uint64_t cycles, size_t images) { return {small.table, cycles, images, {}, {}, {}}; }
  SmallTable small;
};

TEST_F(UniformSampleTest, CountsThePopulationExactly) {
  const UniformSample flips(request({"array.pe[*][*].*", "buffer.weight"}), context(1000, 20));
  EXPECT_EQ(flips.space().kind(), Population::kStorage) << "wires are a population of their own";
  EXPECT_EQ(flips.space().positions(), 12u * (32 + 8 + 1) + 800u);
  EXPECT_EQ(flips.population()["size"], (12u * 41 + 800u) * 1000 * 20);

  const UniformSample stuck(request({"buffer.weight"}, SampleModel::kStuckAtBoth), context(1000, 20));
  EXPECT_EQ(stuck.population()["size"], 800u * 2 * 20) << "a permanent fault has no start to choose";

  SampleRequest limited = request({"buffer.weight"}, SampleModel::kStuckAt0);
  limited.duration = 10;
  EXPECT_EQ(UniformSample(limited, context(1000, 20)).population()["size"], 800u * 1000 * 20);
}

TEST_F(UniformSampleTest, PopulationsBeyond64BitsAreExact) {
  const UniformSample flips(request({"buffer.weight"}), context(~uint64_t{0}, 1000000));
  EXPECT_EQ(flips.population()["size"], "14757395258967641292000000000");  // 800 x (2^64 - 1) x 10^6
}

TEST_F(UniformSampleTest, WiresAreDrawnWhenOnlyWiresAreNamedOrAskedFor) {
  EXPECT_EQ(UniformSample(request({"array.pe[*][*].product"}), context(10, 1)).space().kind(), Population::kWire);
  SampleRequest wires = request({"array.pe[*][*].*"});
  wires.population = Population::kWire;
  const UniformSample sample(wires, context(10, 1));
  EXPECT_EQ(sample.space().positions(), 12u * 16);
  for (uint64_t n = 0; n < 100; ++n) {
    EXPECT_EQ(sample.at(n).faults[0].site.field, 3u);
  }
  wires.where = {"buffer.weight"};
  EXPECT_THROW(UniformSample(wires, context(10, 1)), UserError);
}

TEST_F(UniformSampleTest, AnExperimentDependsOnSeedAndNumberOnly) {
  const UniformSample one(request({"*"}), context(1000, 7));
  SampleRequest larger = request({"*"});
  larger.size = 5;
  const UniformSample two(larger, context(1000, 7));
  for (uint64_t n = 5; n-- > 0;) {
    EXPECT_EQ(one.at(n).images, two.at(n).images);
    EXPECT_EQ(one.at(n).faults[0].site, two.at(n).faults[0].site);
    EXPECT_EQ(one.at(n).faults[0].mask, two.at(n).faults[0].mask);
    EXPECT_EQ(one.at(n).faults[0].start, two.at(n).faults[0].start);
  }
}

TEST_F(UniformSampleTest, AdjacentBitsStayInsideTheWidth) {
  SampleRequest three = request({"array.pe[*][*].*"});
  three.bits = 3;
  const UniformSample sample(three, context(1000, 1));
  EXPECT_EQ(sample.space().positions(), 12u * (30 + 6)) << "fields of one bit hold no three adjacent bits";
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
  EXPECT_THROW(UniformSample(three, context(1000, 1)), UserError);
}

/// Every structure is drawn in proportion to its bits, every cycle, image and value equally often: each count lies
/// within five standard deviations of a binomial distribution (seed 42).
TEST_F(UniformSampleTest, DrawsUniformlyOverThePopulation) {
  constexpr uint64_t kDraws = 100000;
  SampleRequest asked = request({"array.pe[*][*].*", "buffer.weight"});
  asked.size = kDraws;
  const UniformSample sample(asked, context(10, 400));
  std::map<size_t, uint64_t> fields;
  std::map<uint64_t, uint64_t> cycles;
  std::map<size_t, uint64_t> images;
  for (uint64_t n = 0; n < kDraws; ++n) {
    const Experiment experiment = sample.at(n);
    ++fields[experiment.faults[0].site.field];
    ++cycles[experiment.faults[0].start];
    ++images[experiment.images.at(0) % 4];
  }
  const auto expect_share = [&](uint64_t count, double share) {
    const double expected = kDraws * share;
    EXPECT_NEAR(static_cast<double>(count), expected, 5 * std::sqrt(expected * (1 - share)));
  };
  const auto total = static_cast<double>(sample.space().positions());
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

TEST_F(UniformSampleTest, BothStuckAtValuesAreDrawn) {
  const UniformSample sample(request({"buffer.weight"}, SampleModel::kStuckAtBoth), context(1000, 1));
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

TEST_F(UniformSampleTest, DrawsEveryMemberOnceBeforeAnyTwice) {
  SampleRequest all = request({"array.pe[*][*].weight_valid", "controller.phase"}, SampleModel::kFlip);
  all.size = (12 + 24) * 7 * 3;
  const UniformSample sample(all, context(7, 3));
  EXPECT_EQ(sample.distinct_population(), all.size);
  std::set<std::tuple<size_t, size_t, uint64_t, uint64_t, size_t>> seen;
  for (uint64_t n = 0; n < all.size; ++n) {
    const Experiment experiment = sample.at(n);
    const hw::Fault& fault = experiment.faults.at(0);
    seen.insert({fault.site.field, fault.site.element, fault.mask, fault.start, experiment.images.at(0)});
  }
  EXPECT_EQ(seen.size(), all.size);
  ++all.size;
  try {
    const UniformSample more(all, context(7, 3));
    FAIL() << "a sample of more than the population";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("a sample of 757 from a population of 756"), std::string::npos);
  }
}

TEST_F(UniformSampleTest, AFaultOnSeveralImagesIsOneMember) {
  SampleRequest clusters = request({"buffer.weight"});
  clusters.images = 3;
  const UniformSample three(clusters, context(10, 8));
  EXPECT_EQ(three.population()["size"], 800u * 10);
  EXPECT_EQ(three.distinct_population(), 800u * 10);
  EXPECT_EQ(three.images_per_experiment(), 3u);
  std::map<size_t, uint64_t> images;
  for (uint64_t n = 0; n < 1000; ++n) {
    const std::vector<size_t> struck = three.images_of(n);
    EXPECT_EQ(struck, three.at(n).images);
    EXPECT_EQ(std::set<size_t>(struck.begin(), struck.end()).size(), 3u);
    for (const size_t image : struck) {
      ++images[image];
    }
  }
  ASSERT_EQ(images.size(), 8u);
  for (const auto& [image, count] : images) {
    EXPECT_NEAR(static_cast<double>(count), 375, 5 * std::sqrt(1000 * 3 / 8.0 * 5 / 8.0)) << "image " << image;
  }
  clusters.images = kAllImages;
  EXPECT_EQ(UniformSample(clusters, context(10, 3)).at(5).images, (std::vector<size_t>{0, 1, 2}));
  clusters.images = 9;
  EXPECT_THROW(UniformSample(clusters, context(10, 8)), UserError);
}

}  // namespace
}  // namespace faultline::inject
