// The cycle grid against the structural grid, both behind their SystemC ports: the same edges, a clock of its own for
// each, run in turns. Reports nanoseconds per cycle of either, their ratio, and fails if a bit differs.
#include <map>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/systolic/cycle_grid.h"
#include "hw/systolic/structural_grid.h"
#include "tests/support/timed_grid.h"

namespace faultline::hw {
namespace {

using test::TimedGrid;

struct Pair {
  Pair(int size, Dataflow dataflow, const CycleClock& cycle_clock) : config(size, size, dataflow, Multiplier()) {
    const std::string name = std::string(to_string(dataflow)) + std::to_string(size);
    std::mt19937 random(1);
    const int period = 4 * size;
    for (int phase = 0; phase < period; ++phase) {
      stimuli.push_back(test::busy_stimulus(config, phase, period, random));
    }
    structural = std::make_unique<TimedGrid<StructuralGrid>>("structural_" + name, config, cycle_clock, stimuli);
    cycle = std::make_unique<TimedGrid<CycleGrid>>("cycle_" + name, config, cycle_clock, stimuli);
  }

  GridConfig config;
  std::vector<test::GridStimulus> stimuli;
  std::unique_ptr<TimedGrid<StructuralGrid>> structural;
  std::unique_ptr<TimedGrid<CycleGrid>> cycle;
};

const std::vector<int64_t> kSizes = {16, 64};
const std::vector<int64_t> kDataflows = {0, 1, 2};

/// All grids of all cases, because SystemC elaborates only once.
Pair& pair_of(int64_t size, int64_t dataflow) {
  static const CycleClock kCycleClock(test::kHalfPeriod * 2);
  static const auto kPairs = [] {
    std::map<std::pair<int64_t, int64_t>, std::unique_ptr<Pair>> pairs;
    for (const int64_t each_size : kSizes) {
      for (const int64_t each_dataflow : kDataflows) {
        pairs[{each_size, each_dataflow}] =
            std::make_unique<Pair>(static_cast<int>(each_size), static_cast<Dataflow>(each_dataflow), kCycleClock);
      }
    }
    return pairs;
  }();
  return *kPairs.at({size, dataflow});
}

void cycle_against_structural(benchmark::State& state) {
  Pair& pair = pair_of(state.range(0), state.range(1));
  constexpr int kCycles = 500;
  double structural_seconds = 0;
  double cycle_seconds = 0;
  for (auto _ : state) {
    structural_seconds += pair.structural->run(kCycles);
    cycle_seconds += pair.cycle->run(kCycles);
    if (!pair.structural->table().equals(pair.cycle->table().snapshot())) {
      state.SkipWithError("the grids differ");
      break;
    }
  }
  const double cycles = static_cast<double>(state.iterations()) * kCycles;
  state.SetLabel(to_string(pair.config.dataflow));
  state.counters["structural_ns"] = structural_seconds / cycles * 1e9;
  state.counters["cycle_ns"] = cycle_seconds / cycles * 1e9;
  state.counters["ratio"] = structural_seconds / cycle_seconds;
}

BENCHMARK(cycle_against_structural)->ArgNames({"size", "dataflow"})->ArgsProduct({kSizes, kDataflows});

}  // namespace
}  // namespace faultline::hw
