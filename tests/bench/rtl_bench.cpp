// The cycle grid against the generated RTL, Verilated for speed (-O3, faults by deposit only, one module for each
// processing element), both behind their SystemC ports: the same edges of a busy controller, a clock of its own for
// each, one thread, run in turns. Reports nanoseconds per cycle of either and their ratio, and fails if a bit differs.
//
// Models are built first and kept (docs/rtl.md); `build_s` is what that took in this run. FAULTLINE_RTL_BENCH_SIZES
// chooses the sizes, such as "16,64,128"; 16 and 64 unless it is set, because larger ones take long to build.
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/systolic/cycle_grid.h"
#include "rtl/verilated/rtl_grid.h"
#include "tests/support/timed_grid.h"

namespace faultline::rtl {
namespace {

using hw::CycleClock;
using hw::GridConfig;
using test::TimedGrid;

struct Pair {
  Pair(int size, const CycleClock& cycle_clock)
      : config(size, size, hw::Dataflow::kWeightStationary, hw::Multiplier()) {
    std::mt19937 random(1);
    const int period = 4 * size;
    for (int phase = 0; phase < period; ++phase) {
      stimuli.push_back(test::busy_stimulus(config, phase, period, random));
    }
    const std::string name = std::to_string(size);
    const auto begin = std::chrono::steady_clock::now();
    rtl = std::make_unique<TimedGrid<RtlGrid>>("rtl_" + name, config, cycle_clock, stimuli, make_optimised);
    build_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    cycle = std::make_unique<TimedGrid<hw::CycleGrid>>("cycle_" + name, config, cycle_clock, stimuli);
  }

  static std::unique_ptr<RtlGrid> make_optimised(const char* name, const GridConfig& config, hw::StateTable& table,
                                                 hw::FaultTaps& taps, const CycleClock& clock) {
    return std::make_unique<RtlGrid>(name, grid_design(config), ModelKind::kOptimised, SiteCheck::kNone, config, table,
                                     taps, clock);
  }

  GridConfig config;
  std::vector<test::GridStimulus> stimuli;
  std::unique_ptr<TimedGrid<RtlGrid>> rtl;
  std::unique_ptr<TimedGrid<hw::CycleGrid>> cycle;
  double build_seconds = 0;
};

std::vector<int64_t> sizes() {
  const char* chosen = std::getenv("FAULTLINE_RTL_BENCH_SIZES");
  std::stringstream list(chosen == nullptr ? "16,64" : chosen);
  std::vector<int64_t> all;
  for (std::string size; std::getline(list, size, ',');) {
    all.push_back(std::stoi(size));
  }
  return all;
}

/// All grids of all cases, because SystemC elaborates only once.
Pair& pair_of(int64_t size) {
  static const CycleClock kCycleClock(test::kHalfPeriod * 2);
  static const auto kPairs = [] {
    std::map<int64_t, std::unique_ptr<Pair>> pairs;
    for (const int64_t each : sizes()) {
      pairs[each] = std::make_unique<Pair>(static_cast<int>(each), kCycleClock);
    }
    return pairs;
  }();
  return *kPairs.at(size);
}

void cycle_against_rtl(benchmark::State& state) {
  Pair& pair = pair_of(state.range(0));
  constexpr int kCycles = 200;
  double rtl_seconds = 0;
  double cycle_seconds = 0;
  for (auto _ : state) {
    rtl_seconds += pair.rtl->run(kCycles);
    cycle_seconds += pair.cycle->run(kCycles);
    if (!pair.rtl->table().equals(pair.cycle->table().snapshot())) {
      state.SkipWithError("the grids differ");
      break;
    }
  }
  const double cycles = static_cast<double>(state.iterations()) * kCycles;
  state.counters["rtl_ns"] = rtl_seconds / cycles * 1e9;
  state.counters["cycle_ns"] = cycle_seconds / cycles * 1e9;
  state.counters["ratio"] = rtl_seconds / cycle_seconds;
  state.counters["build_s"] = pair.build_seconds;
}

BENCHMARK(cycle_against_rtl)->ArgName("size")->ArgsProduct({sizes()});

}  // namespace
}  // namespace faultline::rtl
