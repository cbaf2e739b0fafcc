#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "sim/config/accelerator_file.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/command_timeline.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/incremental_inference.h"
#include "sim/mapping/neuron_location.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"

namespace faultline::engine {
namespace {

uint64_t setting(const char* name, uint64_t standard) {
  const char* text = std::getenv(name);
  return text == nullptr ? standard : std::strtoull(text, nullptr, 10);
}

/// Flips stored neuron outputs in the simulated accelerator's output buffer, and by incremental inference.
class FlipComparison {
 public:
  FlipComparison(const std::shared_ptr<const model::Network>& network, const hw::AcceleratorConfig& config)
      : network_(network),
        config_(config),
        compiled_(mapping::compile(*network, config)),
        engine_(network, config, GridKind::kCycle),
        timeline_(engine_, compiled_),
        functional_(network, config.grid.multiplier),
        incremental_(network, functional_) {
    const auto& fields = engine_.platform().state().fields();
    output_buffer_ = engine_.platform().state().field_index("buffer.output[*]");
    bits_ = static_cast<size_t>(fields[output_buffer_].bits);
    for (size_t layer = 0; layer < compiled_.layers.size(); ++layer) {
      const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step(layer));
      if (matrix != nullptr && !matrix->post.raw()) {
        layers_.push_back(layer);
      }
    }
  }

  void begin(const model::Values& input) {
    golden_ = engine_.golden(input);
    activations_ = incremental_.golden(input);
    incremental_.begin(activations_);
  }

  /// Flips that there are for one image: bits of neurons.
  size_t flips() const {
    size_t count = 0;
    for (const size_t layer : layers_) {
      count += neurons(layer) * bits_;
    }
    return count;
  }

  /// True when both give the same tensors for flip `number` < flips(). Counts those that changed the network's output.
  bool agree(size_t number) {
    auto layer = layers_.begin();
    for (; number >= neurons(*layer) * bits_; ++layer) {
      number -= neurons(*layer) * bits_;
    }
    const size_t element = number / bits_;
    const auto bit = static_cast<int>(number % bits_);
    const mapping::LayerProgram& program = compiled_.layers[*layer];
    const mapping::Neuron neuron{static_cast<int>(element / static_cast<size_t>(program.output.pixels)),
                                 static_cast<int64_t>(element % static_cast<size_t>(program.output.pixels))};
    const mapping::NeuronLocation place = mapping::locate(program, neuron, config_.grid);
    const hw::Fault fault{{output_buffer_, static_cast<size_t>(place.output_address)},
                          uint64_t{1} << bit,
                          hw::FaultModel::kFlip,
                          timeline_.at(*layer, place.store_step).first_cycle};
    const AcceleratorRun run =
        engine_.run_with_faults(golden_, {fault}, 2 * golden_.run.total_cycles, SimulationEngine::Latent::kSkip);

    const auto output = static_cast<size_t>(step(*layer)->output);
    const int8_t code = std::get<std::vector<int8_t>>(activations_.tensors[output])[element];
    incremental_.set_output(program.operator_index, element, static_cast<int8_t>(code ^ (1 << bit)));
    incremental_.propagate(program.operator_index + 1, network_->operators.size());
    const bool equal = run.tensors == incremental_.tensors();
    const auto answer = static_cast<size_t>(network_->graph_outputs.front());
    changed_ += run.tensors[answer] != activations_.tensors[answer] ? 1 : 0;
    incremental_.restore();
    return equal;
  }
  size_t changed() const { return changed_; }

 private:
  const model::Operator* step(size_t layer) const {
    return network_->operators[compiled_.layers[layer].operator_index].get();
  }
  size_t neurons(size_t layer) const {
    return static_cast<size_t>(model::element_count(network_->tensor(step(layer)->output).shape));
  }

  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_;
  mapping::CompiledNetwork compiled_;
  AcceleratorEngine engine_;
  CommandTimeline timeline_;
  FunctionalEngine functional_;
  IncrementalInference incremental_;
  size_t output_buffer_ = 0;
  size_t bits_ = 8;
  std::vector<size_t> layers_;  ///< that have neurons
  GoldenRun golden_;
  GoldenActivations activations_;
  size_t changed_ = 0;
};

class NeuronFlips : public testing::TestWithParam<hw::Dataflow> {};

/// Every so many-th flip; no stride used here divides the bits of a word, so that all of them are struck.
size_t check_every(FlipComparison& comparison, size_t stride) {
  size_t checked = 0;
  for (size_t number = 0; number < comparison.flips(); number += stride, ++checked) {
    EXPECT_TRUE(comparison.agree(number)) << "flip " << number;
  }
  return checked;
}

TEST_P(NeuronFlips, EqualFlipsOfTheOutputBuffer) {
  const uint64_t seed = setting("FAULTLINE_SEED", 3);
  test::LayerMaker maker(hw::CounterRandom(seed, static_cast<uint64_t>(GetParam())));
  const auto network = test::small_classifier(maker);
  hw::AcceleratorConfig config{hw::GridConfig(5, 3, GetParam(), maker.multiplier())};
  config.input_buffer_bytes = 200;
  config.weight_buffer_bytes = 100;
  config.output_buffer_bytes = 150;
  config.psum_rows = 40;
  config.parameter_entries = 5;
  config.dram_bytes = 1 << 16;
  FlipComparison comparison(network, config);
  comparison.begin(maker.codes(100));
  SCOPED_TRACE("seed " + std::to_string(seed));
  check_every(comparison, setting("FAULTLINE_STRIDE", test::kSanitized ? 50 : 5));
  EXPECT_GT(comparison.changed(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, NeuronFlips,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

/// scripts/check_neuron_flips.sh runs it over every flip of more images.
TEST(NeuronFlipsOfLeNet5, EqualFlipsOfTheOutputBuffer) {
  const size_t images = setting("FAULTLINE_IMAGES", 1);
  const size_t stride = setting("FAULTLINE_STRIDE", 1301);
  const auto network =
      std::make_shared<const model::Network>(model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx"));
  const model::Dataset dataset = model::load_dataset("builtin:digits", model::Split::kTest, images);
  config::AcceleratorSettings settings;
  settings.array = {16, 16};
  FlipComparison comparison(network, settings.build());
  size_t checked = 0;
  for (size_t image = 0; image < images; ++image) {
    SCOPED_TRACE("image " + std::to_string(image));
    comparison.begin(model::network_input(*network, dataset.image(image)));
    checked += check_every(comparison, stride);
  }
  EXPECT_GT(comparison.changed(), 0U);
  std::printf("%zu flips checked, %zu of them changed the output\n", checked, comparison.changed());
}

}  // namespace
}  // namespace faultline::engine
