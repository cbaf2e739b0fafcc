#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/systolic/accelerator_factory.h"
#include "rtl/lockstep/accelerator_lockstep.h"
#include "sim/cosim/random_faults.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/command_timeline.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/gemm_run.h"
#include "sim/mapping/neuron_location.h"
#include "tests/support/accelerator_pair.h"
#include "tests/support/gemm_cycles.h"
#include "tests/support/hardened_network.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 71;

struct SparedArray {
  hw::Dataflow dataflow;
  int rows;
  int columns;
  hw::SpareColumns spares;
  hw::OperandFormat format = {};
};

std::string name_of_spared(const SparedArray& array) {
  std::string name = hw::to_string(array.dataflow) + std::to_string(array.rows) + "x" + std::to_string(array.columns) +
                     "and" + std::to_string(array.spares.count);
  for (const int column : array.spares.skipped) {
    name += "_" + std::to_string(column);
  }
  return name + (array.format.wide() ? "_" + std::to_string(array.format.operand_bits) + "bit" : "");
}

void PrintTo(const SparedArray& array, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << name_of_spared(array);
}

/// A small network, with ragged tiles, on an array with spare columns whose multipliers give anything for anything.
class SpareColumnsTest : public testing::TestWithParam<SparedArray> {
 protected:
  SpareColumnsTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam().dataflow))) {
    const SparedArray& array = GetParam();
    const auto network = test::small_classifier(maker_, test::Codes::kSpread);
    const bool wide = array.format.wide();
    network_ = wide ? test::widened(maker_, array.format, network) : network;
    config_ = maker_.configuration(array.dataflow, 5);
    config_.grid = hw::GridConfig(array.rows, array.columns, array.dataflow,
                                  wide ? maker_.wide_multiplier(array.format) : maker_.multiplier());
    config_.psum_rows = 64;
    config_.parameter_entries = 16;
    hw::ProtectionConfig units;
    units.spare_columns = array.spares;
    config_.protect(units);
    test::enlarge_until_it_fits(*network_, config_);
    input_ = wide ? model::Values(maker_.wide_codes(100, array.format)) : model::Values(maker_.codes(100));
  }

  std::vector<model::Values> functional() const {
    return FunctionalEngine(network_, config_.grid.multiplier).run(input_);
  }
  bool stationary() const { return GetParam().dataflow != hw::Dataflow::kOutputStationary; }
  std::string moving() const { return GetParam().dataflow == hw::Dataflow::kInputStationary ? "weight" : "activation"; }

  /// What stands in a column and does not pass anything on to the east.
  std::vector<std::string> fields_of_a_column() const {
    const std::string other = moving() == "weight" ? "activation" : "weight";
    std::vector<std::string> names = {"product", other, other + "_valid"};
    if (stationary()) {
      names.insert(names.end(), {"psum", other + "_next", other + "_next_valid"});
    } else {
      names.emplace_back("accumulator");
    }
    return names;
  }
  /// Every bit of the fields of one column, stuck; with the operands that come from the north.
  std::vector<hw::Fault> stuck_column(const hw::StateTable& table, int column, hw::FaultModel model) const {
    std::vector<hw::Fault> faults;
    const auto add = [&](const std::string& path, size_t element) {
      const size_t field = table.field_index(path);
      faults.push_back({{field, element}, table.fields()[field].value_mask(), model, 0, 0, 0});
    };
    for (const std::string& name : fields_of_a_column()) {
      for (int row = 0; row < config_.grid.rows; ++row) {
        add("array.pe[*][*]." + name, static_cast<size_t>(row * config_.grid.columns + column));
      }
    }
    const std::string north = moving() == "weight" ? "input_feeder" : "weight_feeder";
    for (const char* part : {"value", "valid"}) {
      add(north + ".edge[*]." + part, static_cast<size_t>(column));
    }
    return faults;
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(SpareColumnsTest, GivesTheBitsOfTheFunctionalEngine) {
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  EXPECT_EQ(engine.run(input_).tensors, functional());
}

TEST_P(SpareColumnsTest, GivesThemOnTheStructuralGrid) {
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  EXPECT_EQ(engine.run(input_).tensors, functional());
}

/// Columns that are not in use, those that are left out and spare ones that are not needed, may be wrong in every bit.
TEST_P(SpareColumnsTest, KeepsDefectsOfUnusedColumnsOut) {
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  ASSERT_EQ(golden.run.tensors, functional());
  int unused = 0;
  for (int column = 0; column < config_.grid.columns; ++column) {
    for (const auto model : {hw::FaultModel::kStuckAt0, hw::FaultModel::kStuckAt1}) {
      const auto faults = stuck_column(engine.platform().state(), column, model);
      const AcceleratorRun run = engine.run_with_faults(golden, faults, 2 * golden.run.total_cycles);
      EXPECT_EQ(run.total_cycles, golden.run.total_cycles);
      if (!config_.grid.column_map.in_use(column)) {
        EXPECT_EQ(run.tensors, golden.run.tensors) << "column " << column;
        unused += 1;
      } else if (model == hw::FaultModel::kStuckAt1 && !test::kSanitized) {
        EXPECT_NE(run.tensors, golden.run.tensors) << "column " << column << " is in use";
      }
    }
  }
  EXPECT_EQ(unused, 2 * config_.grid.spare_columns->count);
}

/// Operands pass the registers of a column that is left out on their way east.
TEST_P(SpareColumnsTest, LeavesOperandsOnTheirWayEastExposed) {
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  const hw::StateTable& table = engine.platform().state();
  const size_t field = table.field_index("array.pe[*][*]." + moving());
  for (int column = 0; column < config_.grid.columns; ++column) {
    bool passed_on = false;
    for (int east = column + 1; east < config_.grid.columns; ++east) {
      passed_on = passed_on || config_.grid.column_map.in_use(east);
    }
    std::vector<hw::Fault> faults;
    for (int row = 0; row < config_.grid.rows; ++row) {
      const auto element = static_cast<size_t>(row * config_.grid.columns + column);
      faults.push_back({{field, element}, table.fields()[field].value_mask(), hw::FaultModel::kStuckAt1, 0, 0, 0});
    }
    const AcceleratorRun run = engine.run_with_faults(golden, faults, 2 * golden.run.total_cycles);
    if (!passed_on) {
      EXPECT_EQ(run.tensors, golden.run.tensors) << "column " << column;
    } else if (column == 0) {
      EXPECT_NE(run.tensors, golden.run.tensors) << "column " << column;
    }
  }
}

/// Where the mapping says that a neuron's products are made, they are made.
TEST_P(SpareColumnsTest, LocatesNeuronsInTheColumnsThatAreInUse) {
  const mapping::CompiledNetwork compiled = mapping::compile(*network_, config_);
  for (const mapping::LayerProgram& layer : compiled.layers) {
    const mapping::Neuron last{layer.output.channels - 1, layer.output.pixels - 1};
    for (const mapping::ComputeLocation& compute : mapping::locate(layer, last, config_.grid).computes) {
      const mapping::Step& step = layer.steps[compute.step];
      EXPECT_EQ(config_.grid.column_map.logical(compute.products.front().column), compute.sum.lane);
      for (const mapping::ProductSpan& span : compute.products) {
        const auto product = mapping::product_at(step, span.row_first, span.column, span.cycle_first, config_.grid);
        ASSERT_TRUE(product);
        EXPECT_EQ(product->channel, last.channel);
        EXPECT_EQ(product->pixel, last.pixel);
      }
      for (int column = 0; column < config_.grid.columns; ++column) {
        if (!config_.grid.column_map.in_use(column)) {
          EXPECT_FALSE(mapping::product_at(step, 0, column, compute.products.front().cycle_first, config_.grid));
        }
      }
    }
  }
}

constexpr auto kWs = hw::Dataflow::kWeightStationary;
constexpr auto kOs = hw::Dataflow::kOutputStationary;
constexpr auto kIs = hw::Dataflow::kInputStationary;

INSTANTIATE_TEST_SUITE_P(Arrays, SpareColumnsTest,
                         testing::Values(SparedArray{kWs, 4, 3, {1, {}}}, SparedArray{kOs, 3, 4, {1, {}}},
                                         SparedArray{kIs, 3, 4, {1, {}}}, SparedArray{kWs, 3, 4, {1, {0}}},
                                         SparedArray{kOs, 4, 3, {1, {0}}}, SparedArray{kIs, 4, 3, {1, {0}}},
                                         SparedArray{kWs, 2, 3, {1, {3}}}, SparedArray{kIs, 2, 4, {1, {4}}},
                                         SparedArray{kWs, 3, 4, {2, {2, 3}}}, SparedArray{kOs, 2, 4, {3, {1, 2}}},
                                         SparedArray{kIs, 3, 3, {2, {1, 2}}}, SparedArray{kWs, 2, 1, {1, {0}}},
                                         SparedArray{kOs, 1, 1, {2, {0, 1}}}, SparedArray{kIs, 2, 1, {1, {0}}},
                                         SparedArray{kWs, 3, 3, {2, {0, 3}}, {12}},
                                         SparedArray{kOs, 3, 3, {1, {1}}, {16}},
                                         SparedArray{kIs, 2, 3, {2, {1}}, {16}}),
                         [](const auto& array) { return name_of_spared(array.param); });

using SparedDataflow = testing::TestWithParam<hw::Dataflow>;

/// The first term of the compute cycles counts the columns that are built, tiles and periods those that are used.
class SpareColumnsTiming : public SparedDataflow {};

TEST_P(SpareColumnsTiming, IsThatOfTheColumnsThatAreBuilt) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 100 + static_cast<uint64_t>(GetParam())));
  const int rows = maker.between(1, 9);
  const int columns = maker.between(1, 9);
  const int spares = maker.between(1, 5);
  hw::AcceleratorConfig config{hw::GridConfig(rows, columns, GetParam(), hw::Multiplier())};
  config.psum_rows = 65536;
  hw::ProtectionConfig units;
  units.spare_columns = hw::SpareColumns{spares, {maker.between(0, columns)}};
  config.protect(units);
  const int height = maker.between(10, 40);
  const int depth = maker.between(1, 40);
  const int width = maker.between(10, 40);
  const Gemm gemm = random_gemm(height, depth, width, kSeed);
  const GemmResult result = run_gemm(gemm, config, "cycle");
  for (int64_t m = 0; m < gemm.m; ++m) {
    for (int64_t n = 0; n < gemm.n; ++n) {
      int32_t sum = 0;
      for (int64_t k = 0; k < gemm.k; ++k) {
        sum += gemm.a[static_cast<size_t>(m * gemm.k + k)] * gemm.b[static_cast<size_t>(k * gemm.n + n)];
      }
      ASSERT_EQ(result.c[static_cast<size_t>(m * gemm.n + n)], sum) << m << ", " << n;
    }
  }
  const test::GemmShape shape{GetParam(), rows, columns, gemm.m, gemm.n, gemm.k, spares};
  EXPECT_EQ(static_cast<int64_t>(result.cycles->compute), shape.compute_cycles());
  EXPECT_EQ(static_cast<int64_t>(result.folds.value()), shape.folds());
}

/// The SystemC accelerators around both grids, step by step, under faults in the registers that leave columns out and
/// anywhere else.
class SpareColumnsLockstep : public SparedDataflow {};

TEST_P(SpareColumnsLockstep, TakesFaultsAlikeOnBothGrids) {
  hw::AcceleratorConfig config = test::small_accelerator(GetParam(), 2, 3);
  hw::ProtectionConfig units;
  units.spare_columns = hw::SpareColumns{2, {1}};
  units.memories = {{"weight", "secded", hw::ErrorAction::kZero}, {"partial_sum", "parity", hw::ErrorAction::kFlag}};
  config.protect(units);
  rtl::AcceleratorLockstep pair(config, hw::accelerator_maker("cycle"), hw::accelerator_maker("structural"));
  const hw::StateTable& table = pair.reference().table;
  const std::vector<size_t> skip = {table.field_index("protection.spare_columns.skip[*]")};
  for (uint64_t seed = 1; seed <= static_cast<uint64_t>(test::repetitions(100)); ++seed) {
    pair.reset();
    const int bits = static_cast<int>(2 + seed % 5);
    pair.scramble(seed, bits);
    hw::CounterRandom random(seed, 7);
    for (const hw::Fault& fault : cosim::random_faults(table, skip, 4, 60, random)) {
      pair.arm(fault);
    }
    for (const hw::Fault& fault : cosim::random_faults(table, cosim::injectable_fields(table), 10, 60, random)) {
      pair.arm(fault);
    }
    const rtl::LockstepRun run = pair.run(test::random_commands(seed, 4, bits), 80);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

class SpareColumnsBeside : public SparedDataflow {
 protected:
  SpareColumnsBeside() : maker_(hw::CounterRandom(kSeed, 200 + static_cast<uint64_t>(GetParam()))) {}

  static hw::ProtectionConfig spare_columns_and_codes() {
    hw::ProtectionConfig units;
    units.spare_columns = hw::SpareColumns{2, {0}};
    units.memories = {{"partial_sum", "secded", hw::ErrorAction::kFlag}, {"weight", "parity", hw::ErrorAction::kFlag}};
    return units;
  }
  void expect_functional(const std::shared_ptr<const model::Network>& network, hw::AcceleratorConfig config) {
    test::enlarge_until_it_fits(*network, config);
    const model::Values input = maker_.codes(100);
    AcceleratorEngine engine(network, config, GridKind::kCycle);
    const AcceleratorRun run = engine.run(input);
    const auto expected = FunctionalEngine(network, LayerMultipliers(*network, config)).run(input);
    for (const mapping::LayerProgram& layer : mapping::compile(*network, config).layers) {
      const auto output = static_cast<size_t>(network->operators[layer.output_operator]->output);
      EXPECT_EQ(run.tensors[output], expected[output]) << layer.name;
    }
    EXPECT_FALSE(engine.platform().detection());
  }

  test::LayerMaker maker_;
};

/// Further words of protected neurons are channels, in tiles of the columns that programs use.
TEST_P(SpareColumnsBeside, ANeuronUnitGiveTheBitsOfTheFunctionalEngine) {
  const auto network = test::hardened_classifier(maker_, "tmr");
  hw::AcceleratorConfig config = maker_.configuration(GetParam(), 5);
  config.parameter_entries += 10;
  hw::ProtectionConfig units = spare_columns_and_codes();
  units.neuron_unit = "tmr";
  units.neuron_entries = 40;
  config.protect(units);
  expect_functional(network, config);
}

/// Elements of all columns may have multipliers of their own, and be bypassed.
TEST_P(SpareColumnsBeside, UnlikeElementsGiveTheBitsOfTheFunctionalEngine) {
  const auto network = test::small_classifier(maker_);
  hw::AcceleratorConfig config = maker_.configuration(GetParam(), 5);
  hw::ProtectionConfig units = spare_columns_and_codes();
  units.bypass = hw::ElementBypass{{{0, 0, 1, 1}}};
  config.protect(units);
  config.grid.add_region({0, 0, 0, config.grid.columns - 1, maker_.multiplier()});
  config.grid.add_region({0, config.grid.rows - 1, 2, 2, maker_.multiplier()});
  expect_functional(network, config);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, SpareColumnsTiming, testing::Values(kWs, kOs, kIs),
                         [](const auto& dataflow) { return std::string(hw::to_string(dataflow.param)); });
INSTANTIATE_TEST_SUITE_P(Dataflows, SpareColumnsLockstep, testing::Values(kWs, kOs, kIs),
                         [](const auto& dataflow) { return std::string(hw::to_string(dataflow.param)); });
INSTANTIATE_TEST_SUITE_P(Dataflows, SpareColumnsBeside, testing::Values(kWs, kOs, kIs),
                         [](const auto& dataflow) { return std::string(hw::to_string(dataflow.param)); });

}  // namespace
}  // namespace faultline::engine
