#include "sim/mapping/neuron_location.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/arithmetic/requantisation.h"
#include "sim/engine/command_timeline.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 61;
constexpr int kNeurons = 60;

/// What a site must hold in a cycle.
struct Expectation {
  hw::Site site;
  uint64_t value;
};

class NeuronLocations : public testing::TestWithParam<hw::Dataflow> {
 protected:
  NeuronLocations() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))) {
    network_ = test::small_classifier(maker_);
    config_.grid = hw::GridConfig(5, 3, GetParam(), maker_.multiplier());
    config_.input_buffer_bytes = 200;
    config_.weight_buffer_bytes = 100;
    config_.output_buffer_bytes = 150;
    config_.psum_rows = 40;
    config_.parameter_entries = 5;
    config_.dram_bytes = 1 << 16;
    compiled_ = mapping::compile(*network_, config_);
    engine_ = std::make_unique<AcceleratorEngine>(network_, config_, GridKind::kCycle);
  }

  hw::Site site(const std::string& field, size_t element) const {
    return {engine_->platform().state().field_index(field), element};
  }
  void expect(uint64_t cycle, hw::Site where, int64_t value) {
    const uint64_t mask = engine_->platform().state().fields()[where.field].value_mask();
    expected_[cycle].push_back({where, static_cast<uint64_t>(value) & mask});
  }

  /// The product that the definition gives for one tap of one neuron.
  int32_t product(const model::MatrixOperator& layer, const std::vector<int8_t>& input, int channel, int64_t pixel,
                  int64_t tap) const {
    const model::ConvolutionGeometry& g = layer.geometry;
    const auto in_tap = static_cast<int>(tap % g.taps());
    const int ci = in_tap % g.group_in_channels();
    const int kx = in_tap / g.group_in_channels() % g.kernel_width;
    const int ky = in_tap / g.group_in_channels() / g.kernel_width;
    const int y = static_cast<int>(pixel) / g.out_width * g.stride_y - g.pad_top + ky;
    const int x = static_cast<int>(pixel) % g.out_width * g.stride_x - g.pad_left + kx;
    const bool inside = y >= 0 && y < g.in_height && x >= 0 && x < g.in_width;
    const int8_t activation =
        inside ? input[static_cast<size_t>((int64_t{ci} * g.in_height + y) * g.in_width + x)] : layer.pad_value;
    return config_.grid.multiplier.product(activation,
                                           layer.weights[static_cast<size_t>(int64_t{channel} * g.taps() + in_tap)]);
  }

  void expect_products(const mapping::ComputeLocation& compute, size_t layer, const mapping::Neuron& neuron,
                       const model::MatrixOperator& matrix, const std::vector<int8_t>& input,
                       const CommandTimeline& timeline, int32_t& sum) {
    const mapping::Step& step = compiled_.layers[layer].steps[compute.step];
    const uint64_t start = timeline.at(layer, compute.step).first_cycle;
    for (const mapping::ProductSpan& span : compute.products) {
      for (int64_t i = 0; i <= span.cycle_last - span.cycle_first; ++i) {
        const int row = span.row_first == span.row_last ? span.row_first : span.row_first + static_cast<int>(i);
        const int64_t tap = span.tap_first + (span.tap_last >= span.tap_first ? i : -i);
        const int32_t value = product(matrix, input, neuron.channel, neuron.pixel, tap);
        sum = hw::wrapping_add(sum, value);
        const auto cycle = span.cycle_first + i;
        expect(start + static_cast<uint64_t>(cycle),
               site("array.pe[*][*].product", static_cast<size_t>(row * config_.grid.columns + span.column)), value);
        const auto back = mapping::product_at(step, row, span.column, cycle, config_.grid);
        ASSERT_TRUE(back);
        ASSERT_EQ(back->channel, neuron.channel);
        ASSERT_EQ(back->pixel, neuron.pixel);
        ASSERT_EQ(back->tap, tap);
      }
    }
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  mapping::CompiledNetwork compiled_;
  std::unique_ptr<AcceleratorEngine> engine_;
  std::map<uint64_t, std::vector<Expectation>> expected_;
};

TEST_P(NeuronLocations, HoldOnThePlatform) {
  const CommandTimeline timeline(*engine_, compiled_);
  const model::Values input = maker_.codes(100);
  const AcceleratorRun run = engine_->run(input);
  ASSERT_EQ(run.total_cycles, timeline.total_cycles());
  for (int number = 0; number < kNeurons; ++number) {
    const auto layer = static_cast<size_t>(maker_.between(0, static_cast<int>(compiled_.layers.size()) - 1));
    const mapping::LayerProgram& program = compiled_.layers[layer];
    const model::Operator& step = *network_->operators[program.operator_index];
    const mapping::Neuron neuron{maker_.between(0, program.output.channels - 1),
                                 maker_.between(0, static_cast<int>(program.output.pixels) - 1)};
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", neuron " + std::to_string(number) + " in " + program.name);
    const mapping::NeuronLocation location = mapping::locate(program, neuron, config_.grid);
    if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&step)) {
      ASSERT_FALSE(location.computes.empty());
      int32_t sum = 0;
      const auto& codes = std::get<std::vector<int8_t>>(run.tensors[static_cast<size_t>(step.inputs[0])]);
      for (const mapping::ComputeLocation& compute : location.computes) {
        expect_products(compute, layer, neuron, *matrix, codes, timeline, sum);
      }
      const mapping::SumPlace place = location.computes.back().sum;
      expect(timeline.at(layer, location.output_step).first_cycle,
             site("buffer.partial_sum[*][*]", static_cast<size_t>(place.row * config_.grid.columns + place.lane)), sum);
    }
    const size_t index = static_cast<size_t>(neuron.channel * program.output.pixels + neuron.pixel);
    const model::Values& output = run.tensors[static_cast<size_t>(step.output)];
    const int32_t value = std::visit([index](const auto& all) { return static_cast<int32_t>(all[index]); }, output);
    for (int byte = 0; byte < location.output_bytes; ++byte) {
      expect(timeline.at(layer, location.store_step).first_cycle,
             site("buffer.output[*]", static_cast<size_t>(location.output_address + byte)), value >> (8 * byte));
    }
  }

  size_t checked = 0;
  engine_->platform().observe([&](uint64_t cycle) {
    const auto due = expected_.find(cycle);
    if (due == expected_.end()) {
      return;
    }
    const hw::StateTable& state = engine_->platform().state();
    for (const Expectation& expectation : due->second) {
      ++checked;
      EXPECT_EQ(state.peek(expectation.site), expectation.value)
          << "seed " << kSeed << ", cycle " << cycle << ", "
          << hw::element_path(state.fields()[expectation.site.field], expectation.site.element);
    }
  });
  engine_->run(input);
  engine_->platform().observe(nullptr);
  EXPECT_GT(checked, 10U * kNeurons);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, NeuronLocations,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::engine
