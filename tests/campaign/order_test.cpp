#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/campaign_report.h"
#include "sim/inject/fault_sampler.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

/// The experiments of another source, last first.
class Reversed : public inject::ExperimentSource {
 public:
  explicit Reversed(const inject::ExperimentSource& source) : source_(source) {}
  uint64_t size() const override { return source_.size(); }
  inject::Experiment at(uint64_t number) const override { return source_.at(size() - 1 - number); }

 private:
  const inject::ExperimentSource& source_;
};

/// A run leaves nothing behind that the next could see: rows do not depend on what ran before them.
TEST(CampaignOrder, GivesTheSameRowsWhicheverComesFirst) {
  const auto network = std::make_shared<const model::Network>(
      model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx"));
  const model::Dataset dataset = model::load_dataset("builtin:digits", model::Split::kTest, 2);
  const hw::AcceleratorConfig config{hw::GridConfig(8, 8, hw::Dataflow::kOutputStationary, hw::Multiplier())};
  engine::AcceleratorEngine engine(network, config, engine::GridKind::kCycle);
  const engine::FunctionalEngine exact(network, hw::Multiplier());
  AcceleratorTarget target(engine, exact, dataset);

  inject::SampleRequest request;
  request.size = 40;
  request.where = {"array.*", "controller.*", "dma.*", "post_processing.*", "buffer.partial_sum"};
  request.seed = 5;
  const inject::FaultSample sample(request, target.state(), target.golden(0).cycles, dataset.size());
  const auto run = [&](const inject::ExperimentSource& source) {
    return Campaign(target, source, 2).run([](uint64_t, uint64_t) {});
  };
  const CampaignResult forwards = run(sample);
  const CampaignResult backwards = run(Reversed(sample));
  ASSERT_EQ(forwards.rows.size(), 40u);
  for (size_t i = 0; i < 40; ++i) {
    nlohmann::ordered_json one = to_json(forwards.rows[i], target.state());
    nlohmann::ordered_json other = to_json(backwards.rows[39 - i], target.state());
    other["number"] = i;
    EXPECT_EQ(one, other);
    EXPECT_TRUE(forwards.rows[i].tool_error.empty()) << forwards.rows[i].tool_error;
  }
}

}  // namespace
}  // namespace faultline::campaign
