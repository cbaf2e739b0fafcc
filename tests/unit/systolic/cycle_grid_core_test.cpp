#include "hw/systolic/cycle_grid_core.h"

#include <memory>

#include "gtest/gtest.h"
#include "hwy/targets.h"
#include "tests/support/grid_random.h"
#include "tests/unit/systolic/reference_grid.h"

namespace faultline::hw {
namespace {

using test::GridStimulus;
using test::RandomEdges;
using test::ReferenceGrid;

/// A core with a table of its own, and the edges it sees.
struct CoreBench {
  explicit CoreBench(const GridConfig& config)
      : edges{OperandEdge(config.rows), OperandEdge(config.columns), DrainEdge(config.columns)},
        taps(&table),
        core(config, table, taps, [this](size_t element) { return core.product(element, inputs(), cycle); }) {}

  GridInputs inputs() const { return {edges.west, edges.north, edges.drain}; }
  bool step(uint64_t next_cycle) {
    cycle = next_cycle;
    return core.step(inputs(), next_cycle);
  }

  GridStimulus edges;
  uint64_t cycle = 0;
  StateTable table;
  FaultTaps taps;
  CycleGridCore core;
};

std::string describe(const GridConfig& config) {
  return std::to_string(config.rows) + "x" + std::to_string(config.columns) + " " + to_string(config.dataflow) + " " +
         config.multiplier.name();
}

/// Compares every register and the wire of every element.
void expect_equal(const CoreBench& bench, const ReferenceGrid& reference, const std::string& what) {
  for (size_t f = 0; f < bench.table.fields().size(); ++f) {
    const StateField& field = bench.table.fields()[f];
    const std::vector<int32_t> expected = reference.values(field.path, bench.edges, bench.cycle);
    ASSERT_EQ(expected.size(), field.element_count());
    for (size_t element = 0; element < expected.size(); ++element) {
      const uint64_t bits = static_cast<uint64_t>(static_cast<int64_t>(expected[element])) & field.value_mask();
      ASSERT_EQ(bench.table.peek({f, element}), bits)
          << what << ", cycle " << bench.cycle << ", " << element_path(field, element);
    }
  }
}

void expect_south(const CoreBench& bench, const GridConfig& config, const std::string& what) {
  const size_t field = bench.table.field_index(
      config.dataflow == Dataflow::kOutputStationary ? "array.pe[*][*].accumulator" : "array.pe[*][*].psum");
  SumEdge south;
  bench.core.read_south(south);
  ASSERT_EQ(south.lanes, config.columns);
  for (int column = 0; column < config.columns; ++column) {
    const int element = (config.rows - 1) * config.columns + column;
    ASSERT_EQ(static_cast<uint32_t>(south.value[column]), bench.table.peek({field, static_cast<size_t>(element)}))
        << what;
  }
}

/// Runs a random grid with random edges and `fault_count` random faults beside the reference.
void run_beside_reference(uint32_t seed, int max_rows, int max_columns, int fault_count) {
  std::mt19937 random(seed);
  GridConfig config = test::random_grid(max_rows, max_columns, random);
  if (seed % 3 == 0) {
    config.add_region({config.rows / 2, config.rows - 1, 0, config.columns / 2, test::random_multiplier(random)});
  }
  if (seed % 4 == 0) {
    config.add_bypass(test::random_bypass(config, random));
  }
  const std::string what = "seed " + std::to_string(seed) + ", " + describe(config);
  constexpr uint32_t kCycles = 150;
  CoreBench bench(config);
  ReferenceGrid reference(config);
  for (const Fault& fault : test::random_faults(bench.table, fault_count, kCycles, random)) {
    bench.taps.arm(fault);
    reference.arm(bench.table.fields()[fault.site.field].path, fault);
  }
  RandomEdges edges(config, seed + 1);
  for (uint32_t cycle = 0; cycle < kCycles; ++cycle) {
    bench.step(cycle);
    reference.step(bench.edges, cycle);
    bench.edges = edges.next();
    expect_equal(bench, reference, what);
    expect_south(bench, config, what);
    if (testing::Test::HasFatalFailure()) {
      return;
    }
  }
}

TEST(CycleGridCore, AgreesWithTheContractOnSmallGrids) {
  for (uint32_t seed = 1; seed <= 150 && !HasFatalFailure(); ++seed) {
    run_beside_reference(seed, 9, 9, 0);
  }
}

TEST(CycleGridCore, AgreesWithTheContractOnGridsWiderThanAVector) {
  for (uint32_t seed = 1001; seed <= 1020 && !HasFatalFailure(); ++seed) {
    run_beside_reference(seed, 40, 70, 0);
  }
}

TEST(CycleGridCore, AgreesWithTheFaultModelOnSmallGrids) {
  for (uint32_t seed = 2001; seed <= 2150 && !HasFatalFailure(); ++seed) {
    run_beside_reference(seed, 6, 6, 12);
  }
}

TEST(CycleGridCore, AgreesWithTheFaultModelOnGridsWiderThanAVector) {
  for (uint32_t seed = 3001; seed <= 3010 && !HasFatalFailure(); ++seed) {
    run_beside_reference(seed, 40, 70, 40);
  }
}

TEST(CycleGridCore, ABypassThatSkipsNothingChangesNothing) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    GridConfig config = test::random_grid(9, 9, random);
    CoreBench plain(config);
    config.add_bypass({});
    CoreBench bench(config);
    ASSERT_EQ(bench.table.fields().size(), plain.table.fields().size() + 1);
    RandomEdges edges(config, seed);
    for (uint32_t cycle = 0; cycle < 100; ++cycle) {
      ASSERT_EQ(bench.step(cycle), plain.step(cycle)) << "seed " << seed << ", cycle " << cycle;
      for (size_t field = 0; field < plain.table.fields().size(); ++field) {
        const size_t same = bench.table.field_index(plain.table.fields()[field].path);
        for (size_t element = 0; element < plain.table.fields()[field].element_count(); ++element) {
          ASSERT_EQ(bench.table.peek({same, element}), plain.table.peek({field, element}))
              << "seed " << seed << ", cycle " << cycle << ", " << plain.table.fields()[field].path;
        }
      }
      plain.edges = bench.edges = edges.next();
    }
  }
}

TEST(CycleGridCore, ResettingBringsBackTheFirstRun) {
  GridConfig config(7, 5, Dataflow::kWeightStationary, Multiplier());
  config.add_bypass({{{2, 3, 1, 4}}});
  CoreBench bench(config);
  std::vector<std::vector<std::byte>> first;
  for (const bool again : {false, true}) {
    bench.table.reset();
    bench.core.state_changed();
    bench.edges = {OperandEdge(config.rows), OperandEdge(config.columns), DrainEdge(config.columns)};
    RandomEdges edges(config, 4);
    for (size_t cycle = 0; cycle < 100; ++cycle) {
      bench.step(cycle);
      if (again) {
        ASSERT_TRUE(bench.table.equals(first[cycle])) << "cycle " << cycle;
      } else {
        first.push_back(bench.table.snapshot());
      }
      bench.edges = edges.next();
    }
  }
}

// Whole arenas are compared, so this also shows that the padding after the rows stays 0.
TEST(CycleGridCore, RestingChangesNoBit) {
  uint64_t rested = 0;
  for (uint32_t seed = 5001; seed <= 5060; ++seed) {
    std::mt19937 random(seed);
    const GridConfig config = test::random_grid(12, 40, random);
    CoreBench bench(config);
    CoreBench restless(config);
    for (const Fault& fault : test::random_faults(bench.table, static_cast<int>(seed % 3), 600, random)) {
      bench.taps.arm(fault);
      restless.taps.arm(fault);
    }
    std::vector<std::byte> saved = bench.table.snapshot();
    RandomEdges edges(config, seed + 1);
    for (uint32_t cycle = 0; cycle < 600; ++cycle) {
      rested += bench.step(cycle) ? 0 : 1;
      restless.core.state_changed();
      restless.step(cycle);
      ASSERT_TRUE(bench.table.equals(restless.table.snapshot()))
          << "seed " << seed << ", " << describe(config) << ", cycle " << cycle;
      if (random() % 50 == 0) {
        bench.table.restore(saved);
        restless.table.restore(saved);
        bench.core.state_changed();
      } else if (random() % 50 == 0) {
        saved = bench.table.snapshot();
      }
      bench.edges = restless.edges = edges.next();
    }
  }
  EXPECT_GT(rested, 1000u) << "the edges must give the grids time to rest, or nothing was tested";
}

TEST(CycleGridCore, PaddingAfterTheRowsStaysZero) {
  for (uint32_t seed = 6001; seed <= 6030; ++seed) {
    std::mt19937 random(seed);
    const GridConfig config = test::random_grid(5, 70, random);
    CoreBench bench(config);
    RandomEdges edges(config, seed + 1);
    for (uint32_t cycle = 0; cycle < 60; ++cycle) {
      bench.step(cycle);
      bench.edges = edges.next();
      std::fill(bench.edges.north.value + config.columns, std::end(bench.edges.north.value), int8_t{-1});
      std::fill(bench.edges.north.valid + config.columns, std::end(bench.edges.north.valid), uint8_t{1});
      std::fill(bench.edges.north.control + config.columns, std::end(bench.edges.north.control), uint8_t{1});
      std::fill(bench.edges.drain.drain + config.columns, std::end(bench.edges.drain.drain), uint8_t{1});
    }
    // Clear all elements by name: what is left lies between them.
    for (size_t f = 0; f < bench.table.fields().size(); ++f) {
      if (bench.table.fields()[f].kind == StateKind::kWire) {
        continue;
      }
      for (size_t element = 0; element < bench.table.fields()[f].element_count(); ++element) {
        bench.table.poke({f, element}, 0);
      }
    }
    const std::vector<std::byte> zeros(bench.table.arena_bytes());
    ASSERT_TRUE(bench.table.equals(zeros)) << "seed " << seed << ", " << describe(config);
  }
}

/// Arenas after each cycle of a run with faults on the instruction set that is chosen now.
std::vector<std::vector<std::byte>> record_run(uint32_t seed) {
  std::mt19937 random(seed);
  const GridConfig config = test::random_grid(20, 70, random);
  CoreBench bench(config);
  for (const Fault& fault : test::random_faults(bench.table, 5, 100, random)) {
    bench.taps.arm(fault);
  }
  RandomEdges edges(config, seed + 1);
  std::vector<std::vector<std::byte>> arenas;
  for (uint32_t cycle = 0; cycle < 100; ++cycle) {
    bench.step(cycle);
    arenas.push_back(bench.table.snapshot());
    bench.edges = edges.next();
  }
  return arenas;
}

TEST(CycleGridCore, EveryInstructionSetGivesTheSameBits) {
  for (uint32_t seed = 7001; seed <= 7020; ++seed) {
    const std::vector<std::vector<std::byte>> expected = record_run(seed);
    int64_t targets = ::hwy::SupportedTargets();
    while (targets != 0) {
      const int64_t target = targets & -targets;
      targets &= targets - 1;
      ::hwy::SetSupportedTargetsForTest(target);
      const bool same = record_run(seed) == expected;
      ::hwy::SetSupportedTargetsForTest(0);
      ASSERT_TRUE(same) << "seed " << seed << ", " << ::hwy::TargetName(target);
    }
  }
}

}  // namespace
}  // namespace faultline::hw
