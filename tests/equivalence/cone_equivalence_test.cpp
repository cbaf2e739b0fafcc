#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "sim/engine/cone_engine.h"
#include "tests/support/channel_bounds.h"
#include "tests/support/mixed_multipliers.h"
#include "tests/support/narrow_weights.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/random_protection.h"
#include "tests/support/repetitions.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Random experiments on one random network, array, dataflow, multiplier and width of operands: ConeEngine against the
/// simulation of every cycle that a fault may reach (AcceleratorEngine). One machine a process; scripts/check_cone.sh
/// runs many.
class ConeEquivalence : public testing::TestWithParam<int> {
 protected:
  ConeEquivalence()
      : seed_(setting("FAULTLINE_SEED", 1)),
        machine_(setting("FAULTLINE_MACHINE", static_cast<uint64_t>(GetParam()))),
        maker_(hw::CounterRandom(seed_, machine_)) {
    const hw::Dataflow dataflow = static_cast<hw::Dataflow>(maker_.between(0, 2));
    auto network =
        maker_.one_in(3) ? test::unrelated_layers(maker_, maker_.between(2, 6)) : test::small_classifier(maker_);
    config_ = maker_.configuration(dataflow, maker_.one_in(4) ? 16 : 6);
    if (maker_.one_in(2)) {
      config_.grid.multiplier = hw::Multiplier();
    }
    test::LayerMaker widener(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 33)));
    if (widener.one_in(3)) {
      const hw::OperandFormat format{widener.one_in(2) ? 12 : 16};
      network = test::widened(widener, format, network);
      config_.grid.multiplier =
          config_.grid.multiplier.exact() ? hw::Multiplier(format) : widener.wide_multiplier(format);
    }
    network_ = network;
    // Drawn apart, so that the other machines stay as they are.
    test::LayerMaker mixer(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 32)));
    if (mixer.one_in(4)) {
      test::mix_multipliers(mixer, *network_, config_);
    }
    if (mixer.one_in(4)) {
      config_.protection = test::memory_protections(mixer);
    }
    if (mixer.one_in(3)) {
      config_.protection.bypass = test::element_bypass(mixer, config_.grid);
    }
    if (mixer.one_in(3) && !network->format.wide()) {
      test::bound_channels(mixer, *network);
      config_.protection.channel_bounds = hw::ChannelBounds{};
    }
    config_.protect(config_.protection);
    test::LayerMaker widening(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 37)));
    if (widening.one_in(3)) {
      test::add_spare_columns(widening, config_);
    }
    test::LayerMaker checker(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 34)));
    if (checker.one_in(2)) {
      test::add_checksums(checker, config_);
    }
    if (config_.protection.channel_bounds && checker.one_in(2)) {
      config_.protection.channel_bounds->zeroes = true;
      test::zero_outside(*network);
    }
    test::LayerMaker narrower(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 35)));
    if (narrower.one_in(3)) {
      test::narrow_weights(narrower, *network);
      config_.protection.weight_check = test::weight_check(narrower);
    }
    test::LayerMaker comparer(hw::CounterRandom(seed_, machine_ + (uint64_t{1} << 36)));
    if (comparer.one_in(3)) {
      test::add_repeating_comparator(comparer, config_);
    }
    test::enlarge_until_it_fits(*network_, config_);
    engine_ = std::make_unique<AcceleratorEngine>(network_, config_, GridKind::kCycle);
    cone_ = std::make_unique<ConeEngine>(*engine_, network_, config_);
  }

  model::Values random_input() {
    const auto elements = model::element_count(network_->tensor(network_->graph_input).shape);
    return network_->format.wide() ? model::Values(maker_.wide_codes(elements, network_->format))
                                   : model::Values(maker_.codes(elements));
  }

  /// Fields that can be followed are equally likely, so that registers are struck as often as buffers.
  hw::Fault random_fault() {
    const auto& fields = engine_->platform().state().fields();
    const char* only = std::getenv("FAULTLINE_FIELD");
    hw::Fault fault;
    do {
      fault.site.field = static_cast<size_t>(maker_.between(0, static_cast<int>(fields.size()) - 1));
    } while (fields[fault.site.field].kind == hw::StateKind::kEnvironment ||
             (!cone_->follows(fault.site.field) && !maker_.one_in(50)) ||
             (only != nullptr && fields[fault.site.field].path.find(only) == std::string::npos));
    const hw::StateField& field = fields[fault.site.field];
    // Buffers are used from their first words on; half of the strikes go there.
    const auto elements = static_cast<int>(field.element_count());
    const int range = field.kind == hw::StateKind::kMemory && maker_.one_in(2) ? std::min(elements, 200) : elements;
    fault.site.element = static_cast<size_t>(maker_.between(0, range - 1));
    const int bit = maker_.between(0, field.bits - 1);
    fault.mask = uint64_t{1} << bit;
    if (maker_.one_in(4) && bit + 1 < field.bits) {
      fault.mask |= fault.mask << 1;
    }
    // A few strike in the last cycles, when things are still on their way.
    const auto cycles = static_cast<int>(cone_->total_cycles());
    fault.start = static_cast<uint64_t>(maker_.between(maker_.one_in(20) ? std::max(cycles - 40, 0) : 0, cycles));
    if (maker_.one_in(3)) {
      fault.duration = static_cast<uint64_t>(maker_.between(0, 200));
      fault.period = maker_.one_in(4) ? fault.duration + 100 : 0;
      if (!maker_.one_in(4)) {
        fault.model = maker_.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
      }
    }
    return fault;
  }

  uint64_t seed_;
  uint64_t machine_;
  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  std::unique_ptr<AcceleratorEngine> engine_;
  std::unique_ptr<ConeEngine> cone_;
};

bool same_detection(const std::optional<hw::DetectionRecord>& a, const std::optional<hw::DetectionRecord>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (a->unit == b->unit && a->cycle == b->cycle && a->alarm == b->alarm && a->corrected == b->corrected));
}

TEST_P(ConeEquivalence, OfRandomExperiments) {
  const int count = static_cast<int>(setting("FAULTLINE_COUNT", test::repetitions(84)));
  const int images = 2;
  std::map<std::string, int> simulated;
  int followed = 0;
  int wrong = 0;
  int latent = 0;
  int detected = 0;
  int difference = 0;
  for (int image = 0; image < images; ++image) {
    const model::Values input = random_input();
    const GoldenRun golden = engine_->golden(input);
    cone_->begin(input);
    ASSERT_EQ(golden.run.tensors, cone_->golden());
    ASSERT_EQ(golden.run.total_cycles, cone_->total_cycles());
    const uint64_t limit = 2 * golden.run.total_cycles;
    for (int number = 0; number < count / images; ++number) {
      std::vector<hw::Fault> faults = {random_fault()};
      if (maker_.one_in(10)) {
        faults.push_back(random_fault());
      }
      const hw::Fault& fault = faults.front();
      const hw::StateField& field = engine_->platform().state().fields()[fault.site.field];
      const std::string name = hw::element_path(field, fault.site.element) + " mask " + std::to_string(fault.mask) +
                               " cycle " + std::to_string(fault.start) + " model " +
                               std::to_string(static_cast<int>(fault.model)) + " duration " +
                               std::to_string(fault.duration) + " period " + std::to_string(fault.period) + " faults " +
                               std::to_string(faults.size());
      const ConeRun run = cone_->run_with_faults(faults, limit);
      if (run.simulated) {
        ++simulated[field.path];
        continue;
      }
      ++followed;
      const AcceleratorRun expected = engine_->run_with_faults(golden, faults, limit);
      const bool same = run.status == expected.status && run.total_cycles == expected.total_cycles &&
                        run.latent == expected.latent && run.farthest == expected.farthest &&
                        same_detection(run.detection, expected.detection) && *run.tensors == expected.tensors;
      EXPECT_TRUE(same) << "seed " << seed_ << ", machine " << machine_ << ", image " << image << ", experiment "
                        << number << ": " << name << " (" << hw::to_string(config_.grid.dataflow) << " "
                        << config_.grid.rows << "x" << config_.grid.columns << ", " << network_->format.operand_bits
                        << " bits, " << cone_->total_cycles() << " cycles): latent " << run.latent << " expected "
                        << expected.latent << ", farthest " << static_cast<int>(run.farthest) << " expected "
                        << static_cast<int>(expected.farthest) << ", status " << static_cast<int>(expected.status)
                        << ", detected at " << (run.detection ? run.detection->cycle : 0) << " expected "
                        << (expected.detection ? expected.detection->cycle : 0) << ", tensors "
                        << (*run.tensors == expected.tensors ? "equal" : "differ");
      difference += same ? 0 : 1;
      latent += expected.latent ? 1 : 0;
      detected += expected.detection ? 1 : 0;
      wrong += expected.tensors != golden.run.tensors ? 1 : 0;
      ASSERT_LT(difference, 5);
    }
  }
  std::printf(
      "seed %llu, machine %llu: %d experiments followed, %d of them with wrong values, %d latent, %d detected, %d "
      "differ, %d "
      "bits\n",
      static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(machine_), followed, wrong, latent,
      detected, difference, network_->format.operand_bits);
  if (std::getenv("FAULTLINE_FALLBACKS") != nullptr) {
    for (const auto& [path, times] : simulated) {
      std::printf("simulated %d times: %s\n", times, path.c_str());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, ConeEquivalence, testing::Range(0, 36));

}  // namespace
}  // namespace faultline::engine
