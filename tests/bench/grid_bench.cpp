// PE-cycles per second of the cycle grid's core, one thread. Arguments of each case: array size, dataflow, whether the
// multiplier is a random table, and cycles per tile as a multiple of the rows.
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/systolic/cycle_grid_core.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::hw {
namespace {

void step_core(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  const auto dataflow = static_cast<Dataflow>(state.range(1));
  const bool table = state.range(2) != 0;
  std::mt19937 random(1);
  const GridConfig config(size, size, dataflow, table ? test::random_multiplier(random) : Multiplier());
  StateTable state_table;
  FaultTaps taps(&state_table);
  CycleGridCore core(config, state_table, taps, [](size_t) { return uint64_t{0}; });

  const int period = static_cast<int>(state.range(3)) * size;
  std::vector<test::GridStimulus> stimuli;
  stimuli.reserve(static_cast<size_t>(period));
  for (int cycle = 0; cycle < period; ++cycle) {
    stimuli.push_back(test::busy_stimulus(config, cycle, period, random));
  }
  uint64_t cycle = 0;
  size_t next = 0;
  for (auto _ : state) {
    const test::GridStimulus& edges = stimuli[next];
    core.step({edges.west, edges.north, edges.drain}, cycle++);
    next = next + 1 == stimuli.size() ? 0 : next + 1;
  }
  SumEdge south;
  core.read_south(south);
  benchmark::DoNotOptimize(south);
  state.SetLabel(std::string(to_string(dataflow)) + (table ? " table" : " exact"));
  state.counters["pe_cycles"] = benchmark::Counter(static_cast<double>(state.iterations()) * size * size,
                                                   benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

BENCHMARK(step_core)
    ->ArgNames({"size", "dataflow", "table", "tile"})
    ->ArgsProduct({{16, 64, 128, 256}, {0, 1, 2}, {0, 1}, {2, 16}});

}  // namespace
}  // namespace faultline::hw
