#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/campaign_report.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/inject/uniform_sample.h"
#include "sim/model/onnx_import.h"
#include "tests/support/repetitions.h"

namespace faultline::campaign {
namespace {

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
  request.size = test::repetitions(40);
  request.where = {"array.*", "controller.*", "dma.*", "post_processing.*", "buffer.partial_sum"};
  request.seed = 5;
  const inject::UniformSample sample(request, {target.state(), target.golden(0).cycles, dataset.size(), {}, {}, {}});
  const auto run = [&](bool backwards) {
    ExperimentRunner runner(target, 2);
    std::vector<ExperimentRow> rows;
    for (uint64_t i = 0; i < sample.size(); ++i) {
      const uint64_t number = backwards ? sample.size() - 1 - i : i;
      rows.push_back(runner.run(task_of(sample, {number, sample.images_of(number).front()})));
    }
    return rows;
  };
  CampaignDescription description;
  description.fields = target.state().fields();
  for (const LayerSpan& layer : target.golden(0).layers) {
    description.layers.push_back(layer.name);
  }
  const std::vector<ExperimentRow> forwards = run(false);
  const std::vector<ExperimentRow> backwards = run(true);
  ASSERT_EQ(forwards.size(), request.size);
  for (size_t i = 0; i < request.size; ++i) {
    EXPECT_EQ(to_json(forwards[i], description), to_json(backwards[request.size - 1 - i], description));
    EXPECT_TRUE(forwards[i].tool_error.empty()) << forwards[i].tool_error;
  }
}

}  // namespace
}  // namespace faultline::campaign
