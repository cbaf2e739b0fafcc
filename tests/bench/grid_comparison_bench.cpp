// The cycle grid against the structural grid, both behind their SystemC ports: the same edges, a clock of its own for
// each, run in turns. Reports nanoseconds per cycle of either, their ratio, and fails if a bit differs.
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/systolic/cycle_grid.h"
#include "hw/systolic/structural_grid.h"
#include "tests/support/grid_harness.h"

namespace faultline::hw {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

const sc_time kHalfPeriod(1, SC_NS);

/// A clock and a source of edges that rest unless they are told to run, so that a grid can be timed alone.
class StoppableClock : public sc_core::sc_module {
 public:
  sc_core::sc_signal<bool> level{"level"};

  StoppableClock(const sc_core::sc_module_name& name, std::function<void()> show_next)
      : sc_module(name), show_next_(std::move(show_next)) {
    SC_HAS_PROCESS(StoppableClock);
    SC_METHOD(toggle);
    sensitive << start_;
    dont_initialize();
    SC_METHOD(show);
    sensitive << level.posedge_event();
    dont_initialize();
  }

  /// Seconds of processor time that `cycles` cycles take.
  double run(int cycles) {
    const std::clock_t begin = std::clock();
    toggles_left_ = 2 * cycles;
    start_.notify(SC_ZERO_TIME);
    sc_core::sc_start(kHalfPeriod * (2 * cycles));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

 private:
  void toggle() {
    if (toggles_left_ == 0) {
      return;
    }
    --toggles_left_;
    level.write(!level.read());
    next_trigger(toggles_left_ > 0 ? kHalfPeriod : sc_time(SC_ZERO_TIME));
  }
  void show() { show_next_(); }

  sc_core::sc_event start_;
  std::function<void()> show_next_;
  int toggles_left_ = 0;
};

template <class Grid>
class TimedGrid {
 public:
  TimedGrid(const std::string& name, const GridConfig& config, const CycleClock& cycle_clock,
            const std::vector<test::GridStimulus>& stimuli)
      : stimuli_(stimuli),
        clock_((name + "_clock").c_str(), [this] { show_next(); }),
        harness_(name, config, cycle_clock, clock_.level) {}

  double run(int cycles) { return clock_.run(cycles); }
  const StateTable& table() const { return harness_.table; }

 private:
  void show_next() {
    harness_.show(stimuli_[next_]);
    next_ = next_ + 1 == stimuli_.size() ? 0 : next_ + 1;
  }

  const std::vector<test::GridStimulus>& stimuli_;
  size_t next_ = 0;
  StoppableClock clock_;
  test::GridHarness<Grid> harness_;
};

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
  static const CycleClock kCycleClock(kHalfPeriod * 2);
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
