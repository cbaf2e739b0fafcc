#include "sim/inject/fault_map_sample.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

class FaultMapSampleTest : public testing::Test {
 protected:
  FaultMapSample sample(std::vector<std::string> where, double fraction, std::optional<uint64_t> mask = {}) {
    SampleRequest request;
    request.where = std::move(where);
    request.model = SampleModel::kStuckAtBoth;
    request.duration = 0;
    request.size = 6000;
    request.seed = 31;
    return FaultMapSample(request, {fraction, mask}, {small.table, 1000, 4, {}, {}, {}});
  }
  SmallTable small;
};

TEST_F(FaultMapSampleTest, HasExactlyTheFractionOfElements) {
  for (const auto& [fraction, faulty] : std::map<double, size_t>{{0.05, 1}, {0.3, 4}, {0.5, 6}, {1.0, 12}}) {
    const FaultMapSample maps = sample({"array.pe[*][*].*"}, fraction);
    EXPECT_EQ(maps.elements(), 12u);
    for (uint64_t n = 0; n < 200; ++n) {
      const Experiment experiment = maps.at(n);
      std::set<size_t> elements;
      for (const hw::Fault& fault : experiment.faults) {
        elements.insert(fault.site.element);
        EXPECT_EQ(fault.start, 0u);
        EXPECT_EQ(fault.duration, 0u);
        EXPECT_NE(fault.model, hw::FaultModel::kFlip);
        EXPECT_EQ(fault.mask & ~small.table.fields()[fault.site.field].value_mask(), 0u);
      }
      EXPECT_EQ(elements.size(), faulty);
      EXPECT_EQ(experiment.faults.size(), faulty);
    }
  }
}

/// Every element is as often faulty, every bit of one as often stuck, at 0 as often as at 1 (seed 31).
TEST_F(FaultMapSampleTest, ElementsBitsAndValuesAreUniform) {
  const FaultMapSample maps = sample({"array.pe[*][*].*"}, 0.25);
  std::map<size_t, int> elements;
  std::map<size_t, int> fields;
  int ones = 0;
  for (uint64_t n = 0; n < maps.size(); ++n) {
    for (const hw::Fault& fault : maps.at(n).faults) {
      ++elements[fault.site.element];
      ++fields[fault.site.field];
      ones += fault.model == hw::FaultModel::kStuckAt1 ? 1 : 0;
    }
  }
  const double faults = 18000;
  ASSERT_EQ(elements.size(), 12u);
  for (const auto& [element, count] : elements) {
    EXPECT_NEAR(count, 1500, 5 * std::sqrt(6000 * 0.25 * 0.75)) << element;
  }
  for (const auto& [field, bits] : std::map<size_t, double>{{0, 32}, {1, 8}, {2, 1}}) {
    const double share = bits / 41;
    EXPECT_NEAR(fields[field], faults * share, 5 * std::sqrt(faults * share * (1 - share))) << field;
  }
  EXPECT_NEAR(ones, faults / 2, 5 * std::sqrt(faults / 4));
}

TEST_F(FaultMapSampleTest, AMaskMayBeGivenAndPartsOfTheArrayNamed) {
  const FaultMapSample maps = sample({"array.pe[0][*].weight", "array.pe[3][*].psum"}, 0.5, 0x81);
  EXPECT_EQ(maps.elements(), 6u);
  for (uint64_t n = 0; n < 200; ++n) {
    for (const hw::Fault& fault : maps.at(n).faults) {
      EXPECT_EQ(fault.mask, 0x81u);
      EXPECT_EQ(fault.site.field, fault.site.element < 3 ? 1u : 0u);
      EXPECT_TRUE(fault.site.element < 3 || fault.site.element >= 9);
    }
  }
}

TEST_F(FaultMapSampleTest, RefusesWhatIsNoMap) {
  EXPECT_THROW(sample({"buffer.weight"}, 0.5), UserError);
  EXPECT_THROW(sample({"array.pe[*][*].weight"}, 0.01), UserError) << "no element at all";
  EXPECT_THROW(sample({"array.pe[*][*].weight"}, 0.5, 0x100), UserError);
}

}  // namespace
}  // namespace faultline::inject
