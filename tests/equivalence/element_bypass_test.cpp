#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/cone_engine.h"
#include "sim/engine/functional_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/random_protection.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 89;

/// A small network on an array of which elements (1, 0) and (2, 2) are faulty and bypassed.
class ElementBypassTest : public testing::TestWithParam<hw::Dataflow> {
 protected:
  ElementBypassTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))) {
    network_ = test::small_classifier(maker_);
    config_ = maker_.configuration(GetParam(), 5);
    config_.grid = hw::GridConfig(4, 3, GetParam(), maker_.multiplier());
    config_.psum_rows = std::max(config_.psum_rows, config_.grid.rows);
    test::enlarge_until_it_fits(*network_, config_);
    input_ = maker_.codes(100);
  }
  void bypass(std::vector<hw::ElementRange> elements) {
    hw::ProtectionConfig protection;
    protection.bypass = hw::ElementBypass{std::move(elements)};
    config_.protect(std::move(protection));
  }
  void bypass_faulty() { bypass({{1, 1, 0, 0}, {2, 2, 2, 2}}); }
  std::vector<model::Values> functional() const {
    return FunctionalEngine(network_, LayerMultipliers(*network_, config_)).run(input_);
  }
  static size_t element(int row, int column) { return static_cast<size_t>(row * 3 + column); }
  static hw::Fault fault(const hw::StateTable& table, const std::string& field, size_t element, uint64_t mask) {
    hw::Fault fault;
    fault.site = {table.field_index("array.pe[*][*]." + field), element};
    fault.mask = mask;
    return fault;
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(ElementBypassTest, ThatSkipsNothingChangesNothing) {
  const std::vector<model::Values> plain = functional();
  bypass({});
  EXPECT_EQ(functional(), plain);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  EXPECT_EQ(engine.run(input_).tensors, plain);
}

TEST_P(ElementBypassTest, DropsTheSameProductsOnTheCycleGrid) {
  const std::vector<model::Values> plain = functional();
  bypass_faulty();
  EXPECT_NE(functional(), plain) << "the elements take part in every layer";
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  EXPECT_EQ(engine.run(input_).tensors, functional());
}

TEST_P(ElementBypassTest, DropsTheSameProductsOnTheStructuralGrid) {
  bypass_faulty();
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  EXPECT_EQ(engine.run(input_).tensors, functional());
}

TEST_P(ElementBypassTest, KeepsTheDefectsOfItsElementsAway) {
  bypass_faulty();
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  for (const size_t place : {element(1, 0), element(2, 2)}) {
    hw::Fault stuck = fault(engine.platform().state(), "product", place, 0x4000);
    stuck.model = hw::FaultModel::kStuckAt1;
    stuck.duration = 0;
    const AcceleratorRun run = engine.run_with_faults(golden, {stuck}, 2 * golden.run.total_cycles);
    EXPECT_EQ(run.tensors, golden.run.tensors);
    EXPECT_EQ(run.total_cycles, golden.run.total_cycles);
  }
}

TEST_P(ElementBypassTest, ItsRegistersCanBeStruck) {
  bypass_faulty();
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  const hw::StateTable& table = engine.platform().state();
  hw::AcceleratorConfig enabled = config_;
  enabled.protect({});
  // From the first cycle on, the flips of both set registers are the array without a bypass.
  const std::vector<hw::Fault> faults = {fault(table, "bypass", element(1, 0), 1),
                                         fault(table, "bypass", element(2, 2), 1)};
  const AcceleratorRun run = engine.run_with_faults(golden, faults, 2 * golden.run.total_cycles);
  EXPECT_EQ(run.tensors, FunctionalEngine(network_, LayerMultipliers(*network_, enabled)).run(input_));
  EXPECT_EQ(run.total_cycles, golden.run.total_cycles);
  // The same by the cone engine, which has the cycles simulated.
  ConeEngine cone(engine, network_, config_);
  cone.begin(input_);
  EXPECT_FALSE(cone.follows(faults[0].site.field));
  const ConeRun followed = cone.run_with_faults(faults, 2 * golden.run.total_cycles);
  EXPECT_TRUE(followed.simulated);
  EXPECT_EQ(*followed.tensors, run.tensors);
  // Reset brings the map back.
  EXPECT_EQ(engine.run(input_).tensors, golden.run.tensors);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, ElementBypassTest,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::engine
