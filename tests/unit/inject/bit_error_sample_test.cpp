#include "sim/inject/bit_error_sample.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

class BitErrorSampleTest : public testing::Test {
 protected:
  SampleRequest request(std::vector<std::string> where, SampleModel model = SampleModel::kFlip) {
    SampleRequest made;
    made.where = std::move(where);
    made.model = model;
    made.duration = model == SampleModel::kFlip ? 1 : 0;
    made.size = 4000;
    made.seed = 23;
    return made;
  }
  SampleContext context() { return {small.table, 1000, 4, {}, {}, {}}; }

  /// Bits that err; 0 for the fault that comes too late.
  static int errors(const Experiment& experiment) {
    int bits = 0;
    for (const hw::Fault& fault : experiment.faults) {
      bits += fault.start < 1000 ? __builtin_popcountll(fault.mask) : 0;
    }
    return bits;
  }
  SmallTable small;
};

/// Mean and variance of the number of errors are those of a binomial variable, within five standard deviations of each
/// (seed 23).
TEST_F(BitErrorSampleTest, TheNumberOfErrorsIsBinomial) {
  const double bits = 12 * 41 + 800;
  for (const double rate : {0.0005, 0.01, 0.3, 0.99}) {
    const BitErrorSample sample(request({"array.pe[*][*].*", "buffer.weight"}), {rate, {}}, context());
    double sum = 0;
    double squares = 0;
    const auto count = static_cast<double>(sample.size());
    for (uint64_t n = 0; n < sample.size(); ++n) {
      const double drawn = errors(sample.at(n));
      sum += drawn;
      squares += drawn * drawn;
    }
    const double mean = sum / count;
    const double variance = squares / count - mean * mean;
    const double expected = bits * rate * (1 - rate);
    const double fourth = expected * (1 + 3 * expected * (bits - 2) / bits);
    EXPECT_NEAR(mean, bits * rate, 5 * std::sqrt(expected / count)) << rate;
    EXPECT_NEAR(variance, expected, 5 * std::sqrt((fourth - expected * expected) / count)) << rate;
  }
}

TEST_F(BitErrorSampleTest, NoneAndAllAreExact) {
  const BitErrorSample none(request({"buffer.weight"}), {0, {}}, context());
  const BitErrorSample all(request({"buffer.weight", "controller.phase"}), {1, {}}, context());
  for (uint64_t n = 0; n < 20; ++n) {
    ASSERT_EQ(none.at(n).faults.size(), 1u);
    EXPECT_EQ(none.at(n).faults[0].start, 1000u) << "after the run: acts on nothing";
    const Experiment every = all.at(n);
    ASSERT_EQ(every.faults.size(), 101u) << "one fault per element";
    EXPECT_EQ(errors(every), 800 + 24);
  }
}

TEST_F(BitErrorSampleTest, ErrorsOfAnElementAreOneFaultAtOneCycle) {
  const BitErrorSample sample(request({"array.pe[*][*].psum"}), {0.1, {}}, context());
  std::set<uint64_t> starts;
  for (uint64_t n = 0; n < 500; ++n) {
    const Experiment experiment = sample.at(n);
    std::set<size_t> elements;
    for (const hw::Fault& fault : experiment.faults) {
      EXPECT_TRUE(elements.insert(fault.site.element).second);
      EXPECT_EQ(fault.start, experiment.faults[0].start);
      EXPECT_EQ(fault.mask >> 32, 0u);
    }
    starts.insert(experiment.faults[0].start);
    EXPECT_EQ(sample.images_of(n), experiment.images);
  }
  EXPECT_GT(starts.size(), 350u);
}

/// Every bit errs equally often, also the first and the last.
TEST_F(BitErrorSampleTest, EveryBitErrsAsOften) {
  const BitErrorSample sample(request({"array.pe[*][*].weight_valid", "controller.phase"}), {0.2, {}}, context());
  std::vector<int> counts(12 + 24, 0);
  for (uint64_t n = 0; n < sample.size(); ++n) {
    for (const hw::Fault& fault : sample.at(n).faults) {
      for (int bit = 0; bit < 24 && fault.start < 1000; ++bit) {
        const size_t place = fault.site.field == 2 ? fault.site.element : 12 + static_cast<size_t>(bit);
        counts[place] += static_cast<int>(fault.mask >> bit & 1);
      }
    }
  }
  for (size_t place = 0; place < counts.size(); ++place) {
    EXPECT_NEAR(counts[place], 800, 5 * std::sqrt(4000 * 0.2 * 0.8)) << place;
  }
}

TEST_F(BitErrorSampleTest, StuckAtsOfBothValuesLastTheWholeRun) {
  const BitErrorSample sample(request({"buffer.weight"}, SampleModel::kStuckAtBoth), {0.5, {}}, context());
  uint64_t ones = 0;
  uint64_t zeros = 0;
  for (uint64_t n = 0; n < 200; ++n) {
    std::vector<uint64_t> struck(100, 0);
    for (const hw::Fault& fault : sample.at(n).faults) {
      EXPECT_EQ(fault.start, 0u);
      EXPECT_EQ(fault.duration, 0u);
      EXPECT_EQ(struck[fault.site.element] & fault.mask, 0u) << "a bit stuck at both values";
      struck[fault.site.element] |= fault.mask;
      const auto bits = static_cast<uint64_t>(__builtin_popcountll(fault.mask));
      (fault.model == hw::FaultModel::kStuckAt1 ? ones : zeros) += bits;
    }
  }
  EXPECT_NEAR(static_cast<double>(ones), 40000, 5 * std::sqrt(80000 * 0.5 * 0.75));
  EXPECT_NEAR(static_cast<double>(zeros), 40000, 5 * std::sqrt(80000 * 0.5 * 0.75));
}

TEST_F(BitErrorSampleTest, AStartMayBeGiven) {
  const BitErrorSample sample(request({"buffer.weight"}), {0.1, 77}, context());
  EXPECT_EQ(sample.at(3).faults[0].start, 77u);
  EXPECT_THROW(BitErrorSample(request({"buffer.weight"}), {0.1, 1000}, context()), UserError);
  EXPECT_THROW(BitErrorSample(request({"buffer.weight"}, SampleModel::kStuckAt1), {0.1, 5}, context()), UserError);
}

}  // namespace
}  // namespace faultline::inject
