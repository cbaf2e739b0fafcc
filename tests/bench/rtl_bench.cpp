// The cycle grid against the generated RTL, Verilated for speed (-O3, faults by deposit only, one module for each
// processing element), both behind their SystemC ports: the same edges of a busy controller, a clock of its own for
// each, one thread, run in turns; fails if a bit differs. `bare` is the Verilated model alone, driven at its pins.
//
// Models are built first and kept (docs/rtl.md); `build_s` is what that took in this run. FAULTLINE_RTL_BENCH_SIZES
// chooses the sizes, such as "16,64,128"; 16 and 64 unless it is set, because larger ones take long to build.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/multipliers/family.h"
#include "hw/systolic/cycle_grid.h"
#include "rtl/verilated/model_cache.h"
#include "rtl/verilated/pin_bits.h"
#include "rtl/verilated/rtl_grid.h"
#include "rtl/verilated/verilated_model.h"
#include "tests/support/timed_grid.h"

namespace faultline::rtl {
namespace {

using hw::CycleClock;
using hw::GridConfig;
using test::TimedGrid;

/// The Verilated model without SystemC, faults and state table around it: nothing but pins and edges.
class BareModel {
 public:
  BareModel(const GridConfig& config, const std::vector<test::GridStimulus>& stimuli)
      : design_(grid_design(config)),
        state_(config, table_, [](size_t) { return uint64_t{0}; }),
        model_(build_model(design_, ModelKind::kOptimised, std::nullopt), design_, table_, 0) {
    for (const Pin& pin : design_.inputs) {
      pins_.push_back(model_.pin(pin));
    }
    for (const test::GridStimulus& stimulus : stimuli) {
      pictures_.push_back(picture(stimulus));
    }
  }

  /// Seconds of processor time that `cycles` cycles take.
  double run(int cycles) {
    const std::clock_t begin = std::clock();
    for (int cycle = 0; cycle < cycles; ++cycle) {
      for (size_t i = 0; i < pins_.size(); ++i) {
        std::memcpy(pins_[i], pictures_[next_][i].data(), pictures_[next_][i].size());
      }
      model_.evaluate(false);
      model_.evaluate(true);
      next_ = next_ + 1 == pictures_.size() ? 0 : next_ + 1;
    }
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

 private:
  using Picture = std::vector<std::vector<uint8_t>>;  ///< bytes of each pin

  Picture picture(const test::GridStimulus& stimulus) const {
    const std::map<std::string, std::pair<const void*, int>> lanes = {
        {"west_value", {stimulus.west.value, 8}},     {"west_valid", {stimulus.west.valid, 1}},
        {"west_control", {stimulus.west.control, 1}}, {"north_value", {stimulus.north.value, 8}},
        {"north_valid", {stimulus.north.valid, 1}},   {"north_control", {stimulus.north.control, 1}}};
    Picture bytes;
    for (const Pin& pin : design_.inputs) {
      const auto [values, bits] = lanes.at(pin.name);
      bytes.emplace_back(storage_bytes(pin.bits));
      for (int lane = 0; lane < pin.bits / bits; ++lane) {
        put_bits(bytes.back().data(), static_cast<size_t>(lane * bits), bits,
                 static_cast<const uint8_t*>(values)[lane]);
      }
    }
    return bytes;
  }

  Design design_;
  hw::StateTable table_;
  hw::GridState state_;
  VerilatedModel model_;
  std::vector<void*> pins_;
  std::vector<Picture> pictures_;
  size_t next_ = 0;
};

struct Pair {
  Pair(int size, const CycleClock& cycle_clock)
      : config(size, size, hw::Dataflow::kWeightStationary,
               standard_multiplier(*hw::find_multiplier_family("exact")).table()) {
    std::mt19937 random(1);
    const int period = 4 * size;
    for (int phase = 0; phase < period; ++phase) {
      stimuli.push_back(test::busy_stimulus(config, phase, period, random));
    }
    const std::string name = std::to_string(size);
    const auto begin = std::chrono::steady_clock::now();
    rtl = std::make_unique<TimedGrid<RtlGrid>>("rtl_" + name, config, cycle_clock, stimuli, make_optimised);
    build_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    bare = std::make_unique<BareModel>(config, stimuli);
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
  std::unique_ptr<BareModel> bare;
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
  double bare_seconds = 0;
  double cycle_seconds = 0;
  for (auto _ : state) {
    bare_seconds += pair.bare->run(kCycles);
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
  state.counters["bare_ns"] = bare_seconds / cycles * 1e9;
  state.counters["bare_ratio"] = bare_seconds / cycle_seconds;
  const double element_cycles = cycles * static_cast<double>(state.range(0) * state.range(0));
  state.counters["bare_M_PE_cycles/s"] = element_cycles / bare_seconds * 1e-6;
  state.counters["cycle_M_PE_cycles/s"] = element_cycles / cycle_seconds * 1e-6;
  state.counters["build_s"] = pair.build_seconds;
}

BENCHMARK(cycle_against_rtl)->ArgName("size")->ArgsProduct({sizes()});

}  // namespace
}  // namespace faultline::rtl
