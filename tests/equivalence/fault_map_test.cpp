#include <cstdio>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/cone_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

/// Random maps of permanent faults on random networks, arrays and multipliers: ConeEngine against the simulation of
/// every cycle. One machine a process.
class FaultMapEquivalence : public testing::TestWithParam<int> {
 protected:
  FaultMapEquivalence() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))) {
    const hw::Dataflow dataflow = static_cast<hw::Dataflow>(GetParam() % 3);
    auto network =
        maker_.one_in(3) ? test::unrelated_layers(maker_, maker_.between(2, 6)) : test::small_classifier(maker_);
    config_ = maker_.configuration(dataflow, maker_.one_in(4) ? 16 : 6);
    if (GetParam() >= kFirstWide) {
      const hw::OperandFormat format{GetParam() % 2 == 0 ? 12 : 16};
      network = test::widened(maker_, format, network);
      config_.grid.multiplier = maker_.one_in(3) ? hw::Multiplier(format) : maker_.wide_multiplier(format);
    }
    network_ = network;
    test::enlarge_until_it_fits(*network_, config_);
    engine_ = std::make_unique<AcceleratorEngine>(network_, config_, GridKind::kCycle);
    cone_ = std::make_unique<ConeEngine>(*engine_, network_, config_);
  }

  /// Stuck-ats of some fields in some elements; few of them, or of low bits, so that answers may survive.
  std::vector<hw::Fault> random_map() {
    const hw::StateTable& table = engine_->platform().state();
    const bool output_stationary = config_.grid.dataflow == hw::Dataflow::kOutputStationary;
    std::vector<std::string> names = {"product", "activation", "weight", output_stationary ? "accumulator" : "psum"};
    if (!maker_.one_in(3)) {
      names = {names[static_cast<size_t>(maker_.between(0, 3))]};
    }
    const int share = maker_.one_in(2) ? 20 : 3;
    std::vector<hw::Fault> faults;
    for (const std::string& name : names) {
      const size_t field = table.field_index("array.pe[*][*]." + name);
      const hw::StateField& described = table.fields()[field];
      const int bits = maker_.one_in(2) ? 2 : described.bits;
      for (size_t element = 0; element < described.element_count(); ++element) {
        if (maker_.one_in(share)) {
          hw::Fault fault;
          fault.site = {field, element};
          fault.mask = uint64_t{1} << maker_.between(0, bits - 1);
          fault.model = maker_.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
          fault.duration = 0;
          faults.push_back(fault);
        }
      }
    }
    return faults;
  }

  static constexpr uint64_t kSeed = 31;
  static constexpr int kFirstWide = 18;  ///< machines from this one on have wide operands
  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  std::unique_ptr<AcceleratorEngine> engine_;
  std::unique_ptr<ConeEngine> cone_;
};

TEST_P(FaultMapEquivalence, WithEverySimulatedCycle) {
  constexpr int kMaps = 12;
  int followed = 0;
  int wrong = 0;
  int latent = 0;
  int swallowed = 0;
  for (int number = 0; number < kMaps; ++number) {
    const auto elements = model::element_count(network_->tensor(network_->graph_input).shape);
    const model::Values input = network_->format.wide() ? model::Values(maker_.wide_codes(elements, network_->format))
                                                        : model::Values(maker_.codes(elements));
    const GoldenRun golden = engine_->golden(input);
    cone_->begin(input);
    const std::vector<hw::Fault> faults = random_map();
    const uint64_t limit = 2 * golden.run.total_cycles;
    const ConeRun run = cone_->run_with_faults(faults, limit);
    if (run.simulated) {
      continue;
    }
    const AcceleratorRun expected = engine_->run_with_faults(golden, faults, limit);
    ++followed;
    wrong += expected.tensors != golden.run.tensors ? 1 : 0;
    latent += expected.latent ? 1 : 0;
    swallowed += expected.farthest != Station::kNone && expected.farthest != Station::kStored ? 1 : 0;
    ASSERT_TRUE(run.status == expected.status && run.total_cycles == expected.total_cycles &&
                run.latent == expected.latent && run.farthest == expected.farthest && *run.tensors == expected.tensors)
        << "seed " << kSeed << ", machine " << GetParam() << ", map " << number << " of " << faults.size()
        << " faults, the first in "
        << (faults.empty()
                ? "nothing"
                : hw::element_path(engine_->platform().state().fields()[faults[0].site.field], faults[0].site.element))
        << " (" << hw::to_string(config_.grid.dataflow) << " " << config_.grid.rows << "x" << config_.grid.columns
        << "): latent " << run.latent << " expected " << expected.latent << ", station "
        << static_cast<int>(run.farthest) << " expected " << static_cast<int>(expected.farthest) << ", tensors "
        << (*run.tensors == expected.tensors ? "equal" : "differ");
  }
  std::printf(
      "seed %llu, machine %d: %d of %d maps followed, %d with wrong values, %d swallowed by post-processing, %d "
      "latent\n",
      static_cast<unsigned long long>(kSeed), GetParam(), followed, kMaps, wrong, swallowed, latent);
  EXPECT_GE(followed, kMaps / 2);
}

INSTANTIATE_TEST_SUITE_P(Machines, FaultMapEquivalence, testing::Range(0, 30));

}  // namespace
}  // namespace faultline::engine
