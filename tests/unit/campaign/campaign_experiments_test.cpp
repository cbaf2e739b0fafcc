#include "sim/campaign/campaign_experiments.h"

#include <gtest/gtest.h>

#include "sim/campaign/sample_size.h"
#include "sim/config/user_error.h"
#include "tests/support/run_faultline.h"
#include "tests/unit/inject/small_table.h"

namespace faultline::campaign {
namespace {

class CampaignExperiments : public testing::Test {
 protected:
  ExperimentConfig config(const std::string& faults) {
    return read_experiment(folder.write("e.yaml", "model: m\ndata: {source: d}\nfaults: " + faults + "\nseed: 3\n"));
  }
  std::unique_ptr<inject::ExperimentSource> make(const ExperimentConfig& experiment) {
    return make_experiments(experiment, {small.table, {{"conv1", 0}, {"fc", 700}}, 1000, 4});
  }
  test::TemporaryFolder folder;
  inject::SmallTable small;
};

TEST_F(CampaignExperiments, AMarginDecidesTheSampleByThePopulation) {
  const auto flips = make(config("{model: flip, where: [buffer.weight], margin: 0.01}"));
  EXPECT_EQ(flips->size(), sample_size("3200000", 0.01)) << "800 bits x 1000 cycles x 4 images";
  const auto clusters = make(config("{model: stuck_at, where: [buffer.weight], margin: 0.01, images: all}"));
  EXPECT_EQ(clusters->size(), sample_size("1600", 0.01)) << "800 bits x 2 values";
  const auto endless = make(config("{model: flip, where: [buffer.weight], margin: 0.05, ber: 0.1}"));
  EXPECT_EQ(endless->size(), 385u);
  MarginTerms exact;
  exact.confidence = 0.8;
  exact.exact_quantile = true;
  EXPECT_EQ(make(config("{model: flip, where: [buffer.weight], margin: 0.05, confidence: 0.8}"))->size(),
            sample_size("3200000", 0.05, exact));
}

TEST_F(CampaignExperiments, ASequentialCampaignMayRunUpToItsMaximum) {
  const std::string some = "{model: flip, where: [buffer.weight], margin: 0.05, sequential: ";
  EXPECT_EQ(make(config(some + "{max: 90}}"))->size(), 90u);
  EXPECT_EQ(make(config(some + "{}}"))->size(), 2 * sample_size("3200000", 0.05));
  EXPECT_EQ(make(config("{model: stuck_at, where: [controller.phase], margin: 0.05, images: all, "
                        "sequential: {max: 1000}}"))
                ->size(),
            48u)
      << "the whole population";
  ExperimentConfig fixed = config(some + "{batch: 7}}");
  EXPECT_EQ(fixed.sequential->batch, 7u);
  fixed.set_sample_size(12, "--samples");
  EXPECT_EQ(make(fixed)->size(), 12u);
  EXPECT_FALSE(fixed.margin || fixed.sequential);
}

/// The allocation that this layer gives the strata is that of allocation.h.
TEST_F(CampaignExperiments, StrataAreAllocated) {
  const auto source =
      make(config("{model: flip, sample: 1000, where: [buffer.weight, controller.phase], "
                  "strata: [structure, layer], allocation: neyman, pilot: 100}"));
  const std::vector<inject::Stratum> strata = source->strata();
  ASSERT_EQ(strata.size(), 4u);
  EXPECT_EQ(strata[1].name, "buffer.weight[*], fc");
  ASSERT_EQ(source->pilot_size(), 100u);
  std::vector<inject::PilotCount> pilot(4);
  for (uint64_t n = 0; n < 100; ++n) {
    ++pilot[source->at(n).stratum].experiments;
  }
  pilot[1].hits = static_cast<double>(pilot[1].experiments) / 2;
  source->settle(pilot);
  std::vector<uint64_t> rest(4, 0);
  for (uint64_t n = 100; n < 1000; ++n) {
    ++rest[source->at(n).stratum];
  }
  EXPECT_GT(static_cast<double>(rest[1]) / strata[1].share, 2 * static_cast<double>(rest[0]) / strata[0].share);
  EXPECT_GE(rest[2], 1u);
  EXPECT_GE(rest[3], 1u);
}

TEST_F(CampaignExperiments, TermsAreReadAndWrittenBack) {
  const ExperimentConfig read = config("{model: flip, where: [buffer.weight], margin: 0.02, question: sdc_1}");
  EXPECT_EQ(read.question, "sdc_1");
  const nlohmann::ordered_json faults = effective_faults(read, *make(read));
  EXPECT_EQ(faults["margin"], 0.02);
  EXPECT_EQ(faults["question"], "sdc_1");
  EXPECT_EQ(faults["confidence"], 0.95);
  EXPECT_FALSE(faults.contains("sample"));
  EXPECT_EQ(config("{model: flip, sample: 3, where: [buffer.weight]}").question, "critical");
}

}  // namespace
}  // namespace faultline::campaign
