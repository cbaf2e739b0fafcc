#include "tests/support/channel_bounds.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 97;
constexpr int kLowByte = hw::kParameterBytes;  // of an entry

/// A small network whose channels have bounds of their own, on an accelerator that holds them.
class ChannelBoundsTest : public testing::TestWithParam<std::tuple<hw::Dataflow, bool>> {
 protected:
  ChannelBoundsTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(dataflow()))) {
    network_ = test::small_classifier(maker_, test::Codes::kSpread);
    test::bound_channels(maker_, *network_);
    if (zeroes()) {
      test::zero_outside(*network_);
    }
    config_ = maker_.configuration(dataflow(), 5);
    config_.parameter_entries = std::max(config_.parameter_entries, 16);
    config_.protection.channel_bounds = hw::ChannelBounds{zeroes()};
    test::enlarge_until_it_fits(*network_, config_);
    input_ = maker_.codes(100);
  }
  static hw::Dataflow dataflow() { return std::get<0>(GetParam()); }
  static bool zeroes() { return std::get<1>(GetParam()); }
  std::vector<model::Values> functional(std::shared_ptr<const model::Network> network) const {
    return FunctionalEngine(std::move(network), config_.grid.multiplier).run(input_);
  }
  /// The same layers, of which every one that requantises says in `channel_range` what the accelerator's bounds are.
  std::vector<model::PostProcessing*> posts() {
    std::vector<model::PostProcessing*> all;
    for (auto& step : network_->operators) {
      if (model::PostProcessing* post = test::requantising_post(*step)) {
        for (size_t channel = post->channel_range.size(); channel < post->factor.size(); ++channel) {
          post->channel_range.push_back({post->low, post->high});
        }
        post->zero_outside = zeroes();
        all.push_back(post);
      }
    }
    return all;
  }

  test::LayerMaker maker_;
  std::shared_ptr<model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(ChannelBoundsTest, HoldTheSameOnTheStructuralGrid) {
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  const AcceleratorRun run = engine.run(input_);
  EXPECT_EQ(run.tensors, functional(network_));
  for (model::PostProcessing* post : posts()) {
    post->channel_range.clear();
    post->zero_outside = false;
  }
  EXPECT_NE(run.tensors, functional(network_)) << "the bounds clip nothing";
}

/// A bound that is stuck is the functional network with that bound in every layer.
TEST_P(ChannelBoundsTest, StuckBoundsAreThoseOfAnotherNetwork) {
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  EXPECT_EQ(golden.run.tensors, functional(network_));
  const size_t memory = engine.platform().state().field_index("post_processing.parameter[*]");
  const std::vector<model::PostProcessing*> layers = posts();
  int changed = 0;
  int compared = 0;
  for (int number = 0; number < 120; ++number) {
    const auto entry = static_cast<size_t>(maker_.between(0, 5));
    const bool is_high = maker_.one_in(2);
    const int bit = maker_.between(3, 7);
    const bool one = maker_.one_in(2);
    std::vector<std::vector<model::CodeRange>> before;
    bool inverted = false;
    for (model::PostProcessing* post : layers) {
      before.push_back(post->channel_range);
      if (entry >= post->channel_range.size()) {
        continue;
      }
      model::CodeRange& range = post->channel_range[entry];
      int32_t& bound = is_high ? range.high : range.low;
      bound = static_cast<int8_t>(one ? bound | (1 << bit) : bound & ~(1 << bit));
      inverted = inverted || range.low > range.high;
    }
    if (!inverted) {
      hw::Fault fault;
      fault.site = {memory, entry * static_cast<size_t>(config_.parameter_bytes()) +
                                static_cast<size_t>(kLowByte + (is_high ? 1 : 0))};
      fault.mask = uint64_t{1} << bit;
      fault.model = one ? hw::FaultModel::kStuckAt1 : hw::FaultModel::kStuckAt0;
      fault.duration = 0;
      const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
      EXPECT_EQ(run.tensors, functional(network_))
          << "seed " << kSeed << ", fault " << number << ": entry " << entry << (is_high ? " high" : " low") << " bit "
          << bit << " stuck at " << one;
      changed += run.tensors != golden.run.tensors ? 1 : 0;
      ++compared;
    }
    for (size_t layer = 0; layer < layers.size(); ++layer) {
      layers[layer]->channel_range = before[layer];
    }
  }
  std::printf("seed %llu: %d of %d stuck bounds changed a tensor\n", static_cast<unsigned long long>(kSeed), changed,
              compared);
  EXPECT_GT(changed, 0);
  EXPECT_GT(compared, changed);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, ChannelBoundsTest,
                         testing::Combine(testing::Values(hw::Dataflow::kWeightStationary,
                                                          hw::Dataflow::kOutputStationary,
                                                          hw::Dataflow::kInputStationary),
                                          testing::Bool()),
                         [](const auto& machine) {
                           return hw::to_string(std::get<0>(machine.param)) +
                                  std::string(std::get<1>(machine.param) ? "Zero" : "Clamp");
                         });

}  // namespace
}  // namespace faultline::engine
