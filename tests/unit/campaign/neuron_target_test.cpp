#include "sim/campaign/neuron_target.h"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/outcome.h"
#include "sim/harden/channel_places.h"
#include "sim/harden/hardened_design.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

constexpr const char* kModel = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";
constexpr uint64_t kSeed = 23;

/// The shipped LeNet-5 with protected neurons in every layer that ends in a ReLU.
class NeuronTargetTest : public testing::TestWithParam<const char*> {
 protected:
  NeuronTargetTest() {
    model::Network network = model::import_onnx(kModel);
    harden::HardenedDesign design{"h.yaml", kModel, network.sha256, GetParam(), {}};
    for (const char* layer : {"conv1", "conv2", "fc1", "fc2"}) {
      design.layers.push_back({layer, {}, 1});
      for (size_t neuron = 0; neuron < 84; neuron += 2) {
        design.layers.back().neurons.push_back(neuron);
      }
    }
    if (harden::find_neuron_scheme(GetParam(), "test").has_intervals()) {
      design.layers = whole_channels(network);
    }
    harden::hold_to_intervals(network, design);
    harden::protect_neurons(network, design);
    network_ = std::make_shared<const model::Network>(std::move(network));
    functional_ = std::make_unique<engine::FunctionalEngine>(network_, hw::Multiplier());
    target_ = std::make_unique<NeuronTarget>(network_, *functional_, *functional_, images_);
  }

  /// Every second channel of the same layers, with intervals that some codes are outside of.
  static std::vector<harden::ProtectedLayer> whole_channels(const model::Network& network) {
    std::vector<harden::ProtectedLayer> layers;
    for (const auto& step : network.operators) {
      const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get());
      if (matrix == nullptr || matrix->name == "fc3") {
        continue;
      }
      const harden::ChannelPlaces places = harden::channels_of(*matrix);
      layers.push_back({matrix->name, {}, 1, std::vector<model::CodeRange>(places.channels, {-128, -10})});
      for (size_t neuron = 0; neuron < places.channels * places.pixels; ++neuron) {
        if (places.channel_of(neuron) % 2 == 0) {
          layers.back().neurons.push_back(neuron);
        }
      }
    }
    return layers;
  }

  hw::Site site(const std::string& path, size_t element) const { return {target_->state().field_index(path), element}; }

  /// The answer when a layer's element holds another code, by a whole inference.
  Answer answer_with(size_t operator_index, size_t element, int8_t code) const {
    auto tensors = functional_->run(model::network_input(*network_, images_.image(0)));
    const auto output = static_cast<size_t>(network_->operators[operator_index]->output);
    std::get<std::vector<int8_t>>(tensors[output])[element] = code;
    functional_->run_from(operator_index + 1, tensors);
    return answer_of(*network_, tensors);
  }
  int8_t golden_code(size_t operator_index, size_t element) const {
    const auto tensors = functional_->run(model::network_input(*network_, images_.image(0)));
    const auto output = static_cast<size_t>(network_->operators[operator_index]->output);
    return std::get<std::vector<int8_t>>(tensors[output])[element];
  }
  size_t operator_of(const std::string& name) const {
    for (size_t i = 0; i < network_->operators.size(); ++i) {
      if (network_->operators[i]->name == name) {
        return i;
      }
    }
    throw std::out_of_range(name);
  }

  const model::Dataset images_ = model::load_dataset("builtin:digits", model::Split::kTest, 1);
  std::shared_ptr<const model::Network> network_;
  std::unique_ptr<engine::FunctionalEngine> functional_;
  std::unique_ptr<NeuronTarget> target_;
};

TEST_P(NeuronTargetTest, GivesTheAnswersOfWholeInferences) {
  target_->golden(0);
  hw::CounterRandom random(kSeed, 0);
  const auto& fields = target_->state().fields();
  size_t changed = 0;
  for (int number = 0; number < 300; ++number) {
    const auto field = static_cast<size_t>(random.uniform(fields.size()));
    const auto element = static_cast<size_t>(random.uniform(fields[field].element_count()));
    const auto bit = static_cast<int>(random.uniform(8));
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ": " + hw::element_path(fields[field], element) + " bit " +
                 std::to_string(bit));
    const bool extra = fields[field].path.rfind("extra_word.", 0) == 0;
    const std::string layer =
        fields[field].path.substr(extra ? 11 : 7, fields[field].path.find('[') - (extra ? 11 : 7));
    const size_t index = operator_of(layer);
    const auto* protection = dynamic_cast<const harden::NeuronProtection*>(network_->operators[index + 1].get());
    const auto further = static_cast<size_t>(protection == nullptr ? 1 : protection->scheme().words() - 1);
    const size_t neuron = extra ? protection->neurons()[element / further] : element;
    const int8_t code = golden_code(index, neuron);
    Answer expected;
    if (protection != nullptr &&
        std::binary_search(protection->neurons().begin(), protection->neurons().end(), neuron)) {
      std::vector<uint8_t> words(further + 1, protection->scheme().encode(code, protection->zero()));
      words[extra ? 1 + element % further : 0] ^= static_cast<uint8_t>(1 << bit);
      const harden::ResolvedNeuron resolved = protection->resolve(neuron, words);
      expected = answer_with(index + 1, neuron, resolved.code);
    } else {
      expected = answer_with(index, neuron, static_cast<int8_t>(static_cast<uint8_t>(code) ^ (1U << bit)));
    }
    const FaultyInference faulty = target_->strike({hw::Fault{{field, element}, uint64_t{1} << bit}}, 2);
    ASSERT_EQ(faulty.answer.outputs, expected.outputs);
    changed += faulty.extent == Extent::kBuffer ? 1 : 0;
  }
  EXPECT_GT(changed, 100U);
}

TEST_P(NeuronTargetTest, TakesEveryFaultBackAfterwards) {
  const Answer golden = target_->golden(0).answer;
  const hw::Fault sign{site("neuron.fc2[*]", 83), 0x80};
  const hw::Fault low{site("neuron.conv1[*][*][*]", 400), 0x40};
  const FaultyInference both = target_->strike({sign, low}, 2);
  EXPECT_EQ(target_->strike({low, sign}, 2).answer.outputs, both.answer.outputs);
  EXPECT_EQ(target_->strike({sign, sign}, 2).answer.outputs, golden.outputs) << "two flips of a bit";
  EXPECT_EQ(target_->strike({}, 2).answer.outputs, golden.outputs);
}

INSTANTIATE_TEST_SUITE_P(Schemes, NeuronTargetTest, testing::Values("lcu", "tmr", "dmr", "edac"));

class NeuronTargetOfTmr : public NeuronTargetTest {};

TEST_P(NeuronTargetOfTmr, OutvotesWhateverHappensToOneWord) {
  const Answer golden = target_->golden(0).answer;
  for (size_t word = 0; word < 40; ++word) {
    const FaultyInference faulty = target_->strike({hw::Fault{site("extra_word.fc2[*][*]", word), 0xff}}, 2);
    EXPECT_EQ(faulty.answer.outputs, golden.outputs);
    EXPECT_TRUE(faulty.detection.corrected);
    EXPECT_FALSE(faulty.alarm);
    EXPECT_EQ(faulty.detection.by, "tmr");
    EXPECT_EQ(faulty.masked_in, MaskedIn::kOutputBuffer);
  }
}

INSTANTIATE_TEST_SUITE_P(Triple, NeuronTargetOfTmr, testing::Values("tmr"));

class NeuronTargetOfDmr : public NeuronTargetTest {};

TEST_P(NeuronTargetOfDmr, RaisesAnAlarmWhenTheWordsOfANeuronDisagree) {
  const GoldenInference golden = target_->golden(0);
  const hw::Fault first{site("neuron.fc2[*]", 2), 0x10};
  const hw::Fault second{site("extra_word.fc2[*][*]", 1), 0x10};
  const hw::Fault unprotected{site("neuron.fc2[*]", 3), 0x10};
  for (const hw::Fault& word : {first, second}) {
    const FaultyInference faulty = target_->strike({word, unprotected}, 2);
    EXPECT_TRUE(faulty.alarm);
    EXPECT_EQ(faulty.detection.by, "dmr");
    EXPECT_FALSE(faulty.detection.corrected);
    EXPECT_EQ(judge(golden.answer, faulty.status, faulty.answer, faulty.alarm).outcome, Outcome::kDetected);
  }
  EXPECT_FALSE(target_->strike({first, second}, 2).alarm) << "both words have the same error";
  EXPECT_FALSE(target_->strike({unprotected}, 2).alarm);
}

/// The whole layer is computed again: what lasts is there again, all else is gone, also from neurons without
/// protection.
TEST_P(NeuronTargetOfDmr, PutsATransientRightWhereItsUnitHasTheLayerRepeated) {
  NeuronTarget target(network_, *functional_, *functional_, images_, "dmr");
  const GoldenInference golden = target.golden(0);
  const hw::Fault first{site("neuron.fc2[*]", 2), 0x10};
  const hw::Fault unprotected{site("neuron.fc2[*]", 3), 0x40};
  const FaultyInference alone = target.strike({unprotected}, 2);
  EXPECT_NE(alone.answer.outputs, golden.answer.outputs);
  const FaultyInference both = target.strike({first, unprotected}, 2);
  EXPECT_EQ(both.answer.outputs, golden.answer.outputs);
  EXPECT_FALSE(both.alarm);
  EXPECT_TRUE(both.detection.corrected);
  EXPECT_EQ(both.detection.by, "dmr");
  int alarms = 0;
  for (const hw::FaultModel model : {hw::FaultModel::kStuckAt0, hw::FaultModel::kStuckAt1}) {
    const hw::Fault stays{first.site, first.mask, model, 0, 0, 0};
    alarms += target.strike({stays}, 2).alarm ? 1 : 0;
    const hw::Fault passes{first.site, first.mask, model, 0, 1, 0};
    EXPECT_FALSE(target.strike({passes}, 2).alarm);
  }
  EXPECT_EQ(alarms, 1) << "the code's bit is 0 or 1";
  NeuronTarget other(network_, *functional_, *functional_, images_, "another unit");
  other.golden(0);
  EXPECT_TRUE(other.strike({first}, 2).alarm);
}

INSTANTIATE_TEST_SUITE_P(Double, NeuronTargetOfDmr, testing::Values("dmr"));

}  // namespace
}  // namespace faultline::campaign
