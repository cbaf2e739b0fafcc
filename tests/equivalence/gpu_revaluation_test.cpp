#include "sim/engine/gpu_revaluation.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/engine/gpu_engine.h"
#include "tests/support/random_network.h"
#include "tests/support/sm_harness.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 7216;

/// The trace of an image made from another image's, against the one that a simulation records.
class GpuRevaluationEquivalence : public testing::TestWithParam<int> {
 protected:
  struct Recorded {
    GpuTrace trace;
    AcceleratorRun run;
  };

  static hw::gpu::SmConfig configuration(test::LayerMaker& maker, int number) {
    hw::gpu::SmConfig config = gpu::small_sm();
    config.multiplier = maker.multiplier();
    config.scheduler = number % 2 == 0 ? "lrr" : "gto";
    config.lanes = number % 3 == 2 ? config.warp_size : config.lanes;
    return config;
  }

  Recorded record(const model::Values& input) {
    GpuTrace::Recorder recorder(config_, engine_.platform().state());
    engine_.platform().watch(&recorder);
    AcceleratorRun run = engine_.run(input);
    engine_.platform().watch(nullptr);
    return {recorder.finish(), std::move(run)};
  }

  /// What the host writes before each layer in a run.
  std::vector<const int8_t*> handed_over(const AcceleratorRun& run) const {
    std::vector<const int8_t*> inputs;
    for (const gpu::LayerPlan& layer : engine_.plan().layers) {
      const auto input = static_cast<size_t>(network_->operators[layer.operator_index]->inputs.front());
      inputs.push_back(std::get<std::vector<int8_t>>(run.tensors[input]).data());
    }
    return inputs;
  }
  std::vector<GpuRevaluation::HostInput> host_inputs(const AcceleratorRun& run) const {
    std::vector<GpuRevaluation::HostInput> inputs;
    for (size_t layer = 0; layer < run.layers.size(); ++layer) {
      const gpu::LayerPlan& plan = engine_.plan().layers[layer];
      inputs.push_back({static_cast<TraceCycle>(run.layers[layer].first_cycle), plan.input, plan.input_bytes});
    }
    return inputs;
  }

  test::LayerMaker maker_{hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))};
  std::shared_ptr<const model::Network> network_ = test::small_classifier(maker_, test::Codes::kSpread);
  hw::gpu::SmConfig config_ = configuration(maker_, GetParam());
  GpuEngine engine_{network_, config_};
};

/// How many values of two traces of the same instructions differ.
size_t differing(const GpuTrace& a, const GpuTrace& b, int warp_size) {
  size_t count = 0;
  for (size_t number = 0; number < a.instructions().size(); ++number) {
    const TracedInstruction& one = a.instructions()[number];
    const TracedInstruction& other = b.instructions()[number];
    EXPECT_EQ(one.dispatched, other.dispatched);
    for (size_t operand = 0; operand < one.row.size(); ++operand) {
      for (int lane = 0; lane < warp_size && one.row[operand] >= 0; ++lane) {
        const bool active = (one.active >> lane & 1) != 0;
        count += active && a.value(one, operand, lane) != b.value(other, operand, lane) ? 1 : 0;
      }
    }
  }
  return count;
}

TEST_P(GpuRevaluationEquivalence, GivesTheTraceOfAnyImage) {
  SCOPED_TRACE("seed " + std::to_string(kSeed) + " " + std::to_string(GetParam()));
  Recorded first = record(maker_.codes(100));
  GpuRevaluation revaluation(first.trace, config_, config_.multiplier, host_inputs(first.run));
  ASSERT_TRUE(revaluation.possible());
  for (int image = 0; image < 3; ++image) {
    const Recorded other = record(maker_.codes(100));
    ASSERT_EQ(first.trace.instructions().size(), other.trace.instructions().size());
    EXPECT_GT(differing(first.trace, other.trace, config_.warp_size), 100U);
    revaluation.apply(first.trace, handed_over(other.run));
    ASSERT_EQ(differing(first.trace, other.trace, config_.warp_size), 0U) << "image " << image;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GpuRevaluationEquivalence, testing::Range(0, 4));

}  // namespace
}  // namespace faultline::engine
