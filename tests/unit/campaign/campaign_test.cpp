#include "sim/campaign/campaign.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/campaign_report.h"
#include "sim/campaign/experiment_runner.h"
#include "sim/inject/fault_list.h"

namespace faultline::campaign {
namespace {

using Status = engine::SimulatedPlatform::Status;

/// A design with one register of 8 bits whose struck bits decide what happens: bit 0 nothing, bit 1 another class, bit
/// 2 a trap, bit 3 a hang, bit 4 latent, bit 7 a failure of the program.
class FakeTarget : public InferenceTarget {
 public:
  FakeTarget() {
    hw::StateField field;
    field.path = "block.switch[*]";
    field.bits = 8;
    field.dimensions = {4};
    table_.add<uint8_t>(field);
  }
  const hw::StateTable& state() const override { return table_; }
  size_t images() const override { return 3; }
  int label(size_t image) const override { return image == 2 ? 1 : 0; }
  int exact_class(size_t) override { return 0; }
  GoldenInference golden(size_t image) override {
    if (image == failing_image) {
      throw std::runtime_error("no golden run");
    }
    ++golden_runs;
    return {answer(0), {{"first", 5}, {"second", 50}}, 100};
  }
  FaultyInference strike(const hw::Faults& faults, uint64_t cycle_limit) override {
    EXPECT_EQ(cycle_limit, 251u);
    const uint64_t mask = faults.front().mask;
    if ((mask & 0x80) != 0) {
      throw std::runtime_error("broken");
    }
    FaultyInference inference;
    inference.status = (mask & 4) != 0 ? Status::kTrapped : (mask & 8) != 0 ? Status::kTimedOut : Status::kCompleted;
    inference.answer = answer((mask & 2) != 0 ? 1 : 0);
    inference.latent = (mask & 16) != 0;
    return inference;
  }

  int golden_runs = 0;
  size_t failing_image = 99;

 private:
  static Answer answer(size_t top) {
    Answer made;
    std::vector<int8_t> codes(6, 0);
    codes[top] = 9;
    made.outputs = {codes};
    made.logits.assign(codes.begin(), codes.end());
    return made;
  }
  hw::StateTable table_;
};

class CampaignTest : public testing::Test {
 protected:
  /// One experiment per mask, flipping switch 1 at cycle 10 x its number.
  inject::FaultListExperiments experiments(const std::vector<uint64_t>& masks, size_t images) {
    inject::FaultList list{"list", {}};
    for (size_t i = 0; i < masks.size(); ++i) {
      list.entries.push_back({"block.switch[1]", masks[i], hw::FaultModel::kFlip, 10 * i, 1, 0, "", 1});
    }
    return {list, target.state(), 100, images};
  }
  std::vector<ExperimentRow> run(const inject::ExperimentSource& source) {
    ExperimentRunner runner(target, 2.5);
    const auto runs = plan_runs(source, 0, source.size(), [](uint64_t, size_t) { return true; });
    std::vector<ExperimentRow> rows;
    for (const auto& one : runs) {
      rows.push_back(runner.run(task_of(source, one)));
    }
    std::sort(rows.begin(), rows.end(), [](const ExperimentRow& a, const ExperimentRow& b) {
      return std::tie(a.number, a.image) < std::tie(b.number, b.image);
    });
    return rows;
  }
  CampaignDescription description() const {
    CampaignDescription made;
    made.fields = target.state().fields();
    made.layers = {"first", "second"};
    made.strata = {{"all", 1}};
    return made;
  }
  CampaignSummary summary_of(const std::vector<ExperimentRow>& rows) const {
    return summarise(description(), [&](const auto& use) { std::for_each(rows.begin(), rows.end(), use); });
  }
  FakeTarget target;
};

TEST_F(CampaignTest, JudgesEveryExperimentOnce) {
  const auto source = experiments({1, 2, 4, 8, 16, 0x80}, 1);
  const std::vector<ExperimentRow> rows = run(source);
  ASSERT_EQ(rows.size(), 6u);
  const CampaignSummary summary = summary_of(rows);
  EXPECT_EQ(summary.total.counts.count(Outcome::kMasked), 2u);
  EXPECT_EQ(summary.total.counts.count(Outcome::kCritical), 1u);
  EXPECT_EQ(summary.total.counts.count(Outcome::kCrash), 1u);
  EXPECT_EQ(summary.total.counts.count(Outcome::kHang), 1u);
  EXPECT_EQ(summary.total.counts.latent, 1u);
  EXPECT_EQ(summary.total.counts.sdc_1, 1u);
  EXPECT_EQ(summary.total.counts.tool_errors, 1u);
  EXPECT_EQ(summary.total.counts.experiments(), 5u) << "a failure of the program is in no rate";
  EXPECT_EQ(rows[5].tool_error, "broken");
}

TEST_F(CampaignTest, AttributesToStructureLayerAndBit) {
  const std::vector<ExperimentRow> rows = run(experiments({1, 2, 4, 8, 16, 32, 64}, 1));
  EXPECT_EQ(rows[0].layer, 0) << "cycles before the first layer belong to it";
  EXPECT_EQ(rows[4].layer, 0);
  EXPECT_EQ(rows[5].layer, 1);
  EXPECT_EQ(rows[5].bit, 5);
  EXPECT_EQ(site_path(description(), rows[5].site), "block.switch[1]");
  const CampaignSummary summary = summary_of(rows);
  ASSERT_EQ(summary.layers.size(), 2u);
  EXPECT_EQ(summary.layers[0].name, "first");
  EXPECT_EQ(summary.layers[1].counts.experiments(), 2u);
  EXPECT_EQ(summary.bits.at(1).counts.count(Outcome::kCritical), 1u);
}

TEST_F(CampaignTest, OneGoldenRunServesAllExperimentsOfAnImage) {
  const std::vector<ExperimentRow> rows = run(experiments({1, 2, 1, 2}, 3));
  EXPECT_EQ(target.golden_runs, 3);
  EXPECT_EQ(summary_of(rows).images_struck, 3u);
  for (uint64_t n = 0; n < rows.size(); ++n) {
    EXPECT_EQ(rows[n].number, n / 3);
    EXPECT_EQ(rows[n].image, n % 3);
  }
}

TEST_F(CampaignTest, AFailingGoldenRunFailsItsExperimentsOnly) {
  target.failing_image = 1;
  const std::vector<ExperimentRow> rows = run(experiments({1, 2}, 3));
  const CampaignSummary summary = summary_of(rows);
  EXPECT_EQ(summary.total.counts.tool_errors, 2u);
  EXPECT_EQ(summary.total.counts.experiments(), 4u);
}

TEST_F(CampaignTest, AccuracyCountsRunsWithoutAnswerAsWrong) {
  const CampaignSummary summary = summary_of(run(experiments({1, 2, 4}, 3)));
  EXPECT_DOUBLE_EQ(summary.accuracy.golden_labels, 2.0 / 3);
  EXPECT_DOUBLE_EQ(summary.accuracy.faulty_labels, 3.0 / 9) << "masked on images 0 and 1, turned right on image 2";
  EXPECT_DOUBLE_EQ(summary.accuracy.golden_exact, 1.0);
  EXPECT_DOUBLE_EQ(summary.accuracy.faulty_exact, 3.0 / 9);
}

TEST_F(CampaignTest, ReportsHoldTheParts) {
  const std::vector<ExperimentRow> rows = run(experiments({1, 2, 4, 0x80}, 1));
  const CampaignSummary summary = summary_of(rows);
  const auto json = to_json(summary);
  EXPECT_EQ(json["outcomes"]["masked"], 1);
  EXPECT_EQ(json["outcomes"]["detected"], 0);
  EXPECT_EQ(json["per_structure"][0]["path"], "block.switch[*]");
  EXPECT_EQ(json["per_layer"][0]["layer"], "first");
  EXPECT_EQ(json["tool_errors"][0]["message"], "broken");
  EXPECT_NEAR(json["rates"]["critical"]["rate"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(json["avf"]["any"]["rate"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(json["avf"]["p_sdc"]["rate"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(json["per_structure"][0]["avf"]["p_due"]["rate"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_EQ(json["metrics"]["crash"]["title"], "crash");
  EXPECT_EQ(json["metrics"]["crash"]["low"], json["rates"]["crash"]["low"]);
  EXPECT_EQ(json["masked_in"]["array"], 1);
  EXPECT_FALSE(json["masked_in"].contains(""));
  EXPECT_EQ(json["extents"]["class"], 1);
  EXPECT_EQ(json["strata"].size(), 0u);
  EXPECT_EQ(json["question"], "critical");
  EXPECT_EQ(json["margin_asked"], nullptr);
  const std::string text = to_text(summary);
  EXPECT_THAT(text, testing::HasSubstr("tool errors, in no rate: 1"));
  EXPECT_THAT(text, testing::HasSubstr("margin of critical: reached +-"));
  EXPECT_THAT(text, testing::HasSubstr("masked in     array 1, pooling 0"));
  EXPECT_EQ(to_json(rows[2], description())["faulty_class"], nullptr);
}

TEST_F(CampaignTest, TextSaysWhatWasAskedForAndCutsLongLists) {
  CampaignDescription asked = description();
  asked.experiment = {{"faults", {{"question", "critical"}, {"margin", 0.01}}}};
  asked.experiments = 40;
  asked.fields.assign(40, asked.fields.front());
  const CampaignSummary summary = summarise(asked, [](const auto& use) {
    for (uint64_t number = 0; number < 30; ++number) {
      ExperimentRow row;
      row.number = number;
      row.site.field = number;
      row.layer = 0;
      use(row);
    }
  });
  const std::string text = to_text(summary);
  EXPECT_THAT(text, testing::HasSubstr("margin of critical: asked for +-1 %, seen never, at most 11.57 %"))
      << "1 - 0.025^(1/30)";
  EXPECT_THAT(text, testing::HasSubstr("... and 19 with fewer runs; --json has all"));
  EXPECT_THAT(text, testing::HasSubstr("not complete: 30 experiments are done"));
  EXPECT_EQ(to_json(summary)["per_structure"].size(), 30u);
}

TEST_F(CampaignTest, EstimatesFromAFewExperiments) {
  const auto source = experiments({1, 2, 4}, 3);
  const CampaignEstimate estimate = estimate_campaign(target, source, 2.5);
  EXPECT_GE(estimate.total_seconds, 0.0);
  EXPECT_NEAR(estimate.total_seconds, 3 * estimate.golden_seconds + 9 * estimate.experiment_seconds, 1e-9);
}

}  // namespace
}  // namespace faultline::campaign
