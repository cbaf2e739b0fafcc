#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hw/common/signed_bits.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/narrow_weights.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

using Mode = hw::WeightCheck::Mode;

constexpr uint64_t kSeed = 113;

struct CheckedMachine {
  const char* name;
  hw::Dataflow dataflow;
  Mode mode;
  int operand_bits = 8;
  std::vector<hw::MemoryProtection> memories = {};
  bool checksum = false;
};

void PrintTo(const CheckedMachine& machine, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << machine.name;
}

/// A small network whose layers do not use all codes that a weight can have, on an accelerator that knows it and holds
/// all weights of a layer.
class WeightCheckTest : public testing::TestWithParam<CheckedMachine> {
 protected:
  WeightCheckTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam().dataflow))) {
    format_ = {GetParam().operand_bits};
    network_ = test::small_classifier(maker_, test::Codes::kSpread);
    if (format_.wide()) {
      network_ = test::widened(maker_, format_, network_);
    }
    test::narrow_weights(maker_, *network_);
    config_ = maker_.configuration(GetParam().dataflow, 5);
    config_.grid.multiplier = GetParam().checksum ? hw::Multiplier(format_) : maker_.multiplier_of(format_);
    config_.weight_buffer_bytes = 65536;
    config_.parameter_entries = std::max(config_.parameter_entries, 16);
    test::enlarge_until_it_fits(*network_, config_);
    hw::ProtectionConfig units;
    units.memories = GetParam().memories;
    units.bypass = hw::ElementBypass{};
    units.weight_check = hw::WeightCheck{GetParam().mode};
    if (GetParam().checksum) {
      units.checksum = hw::ArrayChecksum{false};
    }
    config_.protect(units);
    input_ = format_.wide() ? model::Values(maker_.wide_codes(100, format_)) : model::Values(maker_.codes(100));
  }

  std::vector<model::Values> functional() const {
    return FunctionalEngine(network_, config_.grid.multiplier).run(input_);
  }
  /// The layers with weights.
  std::vector<model::MatrixOperator*> layers() {
    std::vector<model::MatrixOperator*> all;
    for (auto& step : network_->operators) {
      if (auto* matrix = dynamic_cast<model::MatrixOperator*>(step.get())) {
        all.push_back(matrix);
      }
    }
    return all;
  }
  int64_t weight_of(const model::MatrixOperator& layer, size_t index) const {
    return format_.wide() ? layer.wide_weights[index] : layer.weights[index];
  }
  void set_weight(model::MatrixOperator& layer, size_t index, int64_t value) const {
    if (format_.wide()) {
      layer.wide_weights[index] = static_cast<int16_t>(value);
    } else {
      layer.weights[index] = static_cast<int8_t>(value);
    }
  }

  /// What the unit gives for a weight of a layer, told from the layer's weights alone.
  int64_t passed(const model::MatrixOperator& layer, int64_t weight) const {
    const size_t count = layer.weights.size() + layer.wide_weights.size();
    int64_t least = weight_of(layer, 0);
    int64_t greatest = least;
    for (size_t index = 0; index < count; ++index) {
      least = std::min(least, weight_of(layer, index));
      greatest = std::max(greatest, weight_of(layer, index));
    }
    if (GetParam().mode == Mode::kRange) {
      return weight < least || weight > greatest ? 0 : weight;
    }
    int bits = 1;
    while (hw::wrap_to(least, bits) != least || hw::wrap_to(greatest, bits) != greatest) {
      ++bits;
    }
    return hw::wrap_to(weight, bits);
  }

  /// Which weight lies where in the weight buffer while a layer is computed, by layer and address in operands; -1:
  /// none. Found by compiling the network with other weights: their numbers, digit by digit.
  std::vector<std::vector<int>> places() {
    std::vector<std::vector<int>> found(layers().size());
    const model::Network& network = *network_;
    std::vector<std::pair<std::vector<int8_t>, std::vector<int16_t>>> before;
    for (const model::MatrixOperator* layer : layers()) {
      before.emplace_back(layer->weights, layer->wide_weights);
    }
    for (const int unit : {1, 100}) {
      for (model::MatrixOperator* layer : layers()) {
        for (size_t index = 0; index < layer->weights.size() + layer->wide_weights.size(); ++index) {
          set_weight(*layer, index, static_cast<int>(index) / unit % 100 + 1);
        }
      }
      size_t layer = 0;
      for (const mapping::LayerProgram& program : mapping::compile(network, config_).layers) {
        const auto step = static_cast<size_t>(format_.operand_bytes());
        if (program.weights.empty()) {
          continue;
        }
        found[layer].resize(program.weights.size() / step);
        for (size_t place = 0; place < found[layer].size(); ++place) {
          found[layer][place] += (int{program.weights[place * step]} - 1) * unit;
        }
        ++layer;
      }
    }
    for (size_t layer = 0; layer < before.size(); ++layer) {
      layers()[layer]->weights = before[layer].first;
      layers()[layer]->wide_weights = before[layer].second;
      // Where there is no weight, the digits were 0.
      for (int& index : found[layer]) {
        index = std::max(index, -1);
      }
    }
    return found;
  }

  test::LayerMaker maker_;
  hw::OperandFormat format_;
  std::shared_ptr<model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(WeightCheckTest, ChangesNothingWithoutAFault) {
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  const AcceleratorRun run = engine.run(input_);
  EXPECT_EQ(run.tensors, functional());
  EXPECT_FALSE(run.detection);
  hw::AcceleratorConfig plain = config_;
  plain.protection.weight_check.reset();
  engine.platform().reset();
  for (const mapping::LayerProgram& layer : mapping::compile(*network_, plain).layers) {
    engine.platform().run(layer.commands(), 2 * run.total_cycles);
  }
  EXPECT_EQ(run.total_cycles, engine.platform().cycle()) << "of the same program without bounds";
}

/// Stuck-ats in a word of the weight buffer are the functional network with what the unit makes of that word in every
/// layer.
TEST_P(WeightCheckTest, StuckWeightsAreThoseOfAnotherNetwork) {
  const std::vector<std::vector<int>> weights = places();
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  ASSERT_EQ(golden.run.tensors, functional());
  const size_t memory = engine.platform().state().field_index("buffer.weight[*]");
  const bool secded = !GetParam().memories.empty() && GetParam().memories.front().code == "secded";
  int changed = 0;
  int stopped = 0;
  const int kFaults = test::repetitions(150);
  for (int number = 0; number < kFaults; ++number) {
    const std::vector<int>& some =
        weights[static_cast<size_t>(maker_.between(0, static_cast<int>(weights.size()) - 1))];
    const auto place = static_cast<size_t>(maker_.between(0, static_cast<int>(some.size()) - 1));
    const int bit = maker_.between(0, format_.operand_bits - 1);
    const bool one = maker_.one_in(2);
    hw::Fault fault;
    fault.site = {memory, place * static_cast<size_t>(format_.operand_bytes()) + static_cast<size_t>(bit / 8)};
    fault.mask = uint64_t{1} << bit % 8;
    fault.model = one ? hw::FaultModel::kStuckAt1 : hw::FaultModel::kStuckAt0;
    fault.duration = 0;

    std::vector<std::pair<size_t, int64_t>> before(weights.size());
    bool struck = false;
    bool passes = true;
    for (size_t layer = 0; layer < weights.size(); ++layer) {
      const int index = place < weights[layer].size() ? weights[layer][place] : -1;
      if (index < 0) {
        continue;
      }
      model::MatrixOperator& matrix = *layers()[layer];
      const int64_t weight = weight_of(matrix, static_cast<size_t>(index));
      const int64_t held =
          hw::wrap_to(one ? weight | int64_t{1} << bit : weight & ~(int64_t{1} << bit), format_.operand_bits);
      const int64_t given = secded ? weight : passed(matrix, held);
      struck = struck || held != weight;
      passes = passes && given == held;
      before[layer] = {static_cast<size_t>(index) + 1, weight};
      set_weight(matrix, static_cast<size_t>(index), given);
    }
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    EXPECT_EQ(run.tensors, functional()) << "seed " << kSeed << ", fault " << number << ": operand " << place << " bit "
                                         << bit << " stuck at " << one;
    EXPECT_EQ(run.total_cycles, golden.run.total_cycles);
    // The unit reports nothing, and checksums see the operands behind it.
    EXPECT_TRUE(!run.detection || run.detection->unit == "protection.weight");
    changed += run.tensors != golden.run.tensors ? 1 : 0;
    stopped += struck && !passes ? 1 : 0;
    for (size_t layer = 0; layer < weights.size(); ++layer) {
      if (before[layer].first > 0) {
        set_weight(*layers()[layer], before[layer].first - 1, before[layer].second);
      }
    }
  }
  std::printf("seed %llu: %d stuck bits, %d changed a tensor, the unit changed a weight %d times\n",
              static_cast<unsigned long long>(kSeed), kFaults, changed, stopped);
  EXPECT_EQ(changed > 0, !secded);
  if (!test::kSanitized) {
    EXPECT_GT(stopped, 10);
  }
}

const CheckedMachine kMachines[] = {
    {"ws_range", hw::Dataflow::kWeightStationary, Mode::kRange},
    {"ws_bits_16bit", hw::Dataflow::kWeightStationary, Mode::kBits, 16},
    {"os_bits", hw::Dataflow::kOutputStationary, Mode::kBits},
    {"os_range_12bit", hw::Dataflow::kOutputStationary, Mode::kRange, 12},
    {"is_range_16bit", hw::Dataflow::kInputStationary, Mode::kRange, 16},
    {"is_bits", hw::Dataflow::kInputStationary, Mode::kBits},
    {"behind_parity", hw::Dataflow::kOutputStationary, Mode::kRange, 8, {{"weight", "parity", hw::ErrorAction::kFlag}}},
    {"behind_secded", hw::Dataflow::kInputStationary, Mode::kBits, 16, {{"weight", "secded", hw::ErrorAction::kFlag}}},
    {"before_checksums", hw::Dataflow::kWeightStationary, Mode::kBits, 8, {}, true},
};

INSTANTIATE_TEST_SUITE_P(Machines, WeightCheckTest, testing::ValuesIn(kMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

}  // namespace
}  // namespace faultline::engine
