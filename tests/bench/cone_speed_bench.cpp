// The cone engine beside the simulation of the same experiments. One machine a process: give --benchmark_filter.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/bench/network_chain.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/support/cone_machine.h"

namespace faultline {
namespace {

constexpr uint64_t kSeed = 1;

std::vector<std::string> followed_storage(test::ConeMachine& machine) {
  std::vector<std::string> paths;
  const auto& fields = machine.engine.platform().state().fields();
  for (size_t field = 0; field < fields.size(); ++field) {
    if (machine.cone.follows(field) && fields[field].path.rfind("array.", 0) == 0) {
      paths.push_back(fields[field].path);
    }
  }
  return paths;
}

std::unique_ptr<test::ConeMachine> lenet(int side, engine::GridKind kind) {
  auto network = std::make_shared<model::Network>(
      model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx"));
  hw::AcceleratorConfig config{hw::GridConfig(side, side, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  return std::make_unique<test::ConeMachine>(std::move(network), config, kind);
}

model::Values first_digit(const model::Network& network) {
  return model::network_input(network, model::load_dataset("builtin:digits", model::Split::kTest, 1).image(0));
}

/// Random flips of the array on one image of LeNet-5 and a thousandth of the golden inference for each: by cones, and
/// simulated from the layer of the fault until nothing differs any more.
void against_cycle(benchmark::State& state) {
  constexpr size_t kFollowed = 10000;
  constexpr size_t kSimulated = 100;
  const auto machine = lenet(static_cast<int>(state.range(0)), engine::GridKind::kCycle);
  const model::Values input = first_digit(*machine->network);
  const auto faults = machine->flips(followed_storage(*machine), kFollowed, kSeed);
  const uint64_t limit = 2 * machine->cone.total_cycles();
  for (auto iteration : state) {
    (void)iteration;
    double cone = test::processor_seconds([&] { machine->cone.begin(input); }) / 1000;
    cone += test::processor_seconds([&] {
              for (const hw::Fault& fault : faults) {
                benchmark::DoNotOptimize(machine->cone.run_with_faults({fault}, limit).latent);
              }
            }) /
            kFollowed;
    engine::GoldenRun golden;
    double cycle = test::processor_seconds([&] { golden = machine->engine.golden(input); }) / 1000;
    cycle += test::processor_seconds([&] {
               for (size_t i = 0; i < kSimulated; ++i) {
                 benchmark::DoNotOptimize(machine->engine.run_with_faults(golden, {faults[i]}, limit).latent);
               }
             }) /
             kSimulated;
    state.counters["cone_us"] = 1e6 * cone;
    state.counters["cycle_us"] = 1e6 * cycle;
    state.counters["ratio"] = cycle / cone;
    state.counters["cycles"] = static_cast<double>(machine->cone.total_cycles());
  }
}
BENCHMARK(against_cycle)->Arg(16)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond);

/// The same, against whole inferences on the Verilated array.
void against_rtl(benchmark::State& state) {
  constexpr size_t kFollowed = 10000;
  constexpr int kInferences = 3;
  const auto machine = lenet(static_cast<int>(state.range(0)), engine::GridKind::kRtl);
  const model::Values input = first_digit(*machine->network);
  const auto faults = machine->flips(followed_storage(*machine), kFollowed, kSeed);
  const uint64_t limit = 2 * machine->cone.total_cycles();
  for (auto iteration : state) {
    (void)iteration;
    machine->cone.begin(input);
    size_t followed = 0;
    double cone = 0;
    for (const hw::Fault& fault : faults) {
      bool simulated = false;
      const double took =
          test::processor_seconds([&] { simulated = machine->cone.run_with_faults({fault}, limit).simulated; });
      cone += simulated ? 0 : took;
      followed += simulated ? 0 : 1;
    }
    cone /= static_cast<double>(followed);
    const double rtl = test::processor_seconds([&] {
                         for (int i = 0; i < kInferences; ++i) {
                           benchmark::DoNotOptimize(machine->engine.run(input).total_cycles);
                         }
                       }) /
                       kInferences;
    state.counters["followed"] = static_cast<double>(followed) / kFollowed;
    state.counters["cone_us"] = 1e6 * cone;
    state.counters["rtl_us"] = 1e6 * rtl;
    state.counters["ratio"] = rtl / cone;
    state.counters["cycles"] = static_cast<double>(machine->cone.total_cycles());
  }
}
BENCHMARK(against_rtl)->Arg(16)->Iterations(1)->Unit(benchmark::kMillisecond);

/// One tile: 16 pixels, 16 taps, 16 channels on a 16x16 array. From the site to the outputs of the tile.
void tile(benchmark::State& state) {
  constexpr size_t kFaults = 4096;
  hw::AcceleratorConfig config{hw::GridConfig(16, 16, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  test::ConeMachine machine(bench::NetworkChain(16, 4).convolution(16, 1, 1, 0).network(), config,
                            engine::GridKind::kCycle);
  machine.cone.begin(std::vector<int8_t>(256, 17));
  const auto faults = machine.flips(followed_storage(machine), kFaults, kSeed);
  const uint64_t limit = 2 * machine.cone.total_cycles();
  size_t number = 0;
  size_t simulated = 0;
  for (auto iteration : state) {
    (void)iteration;
    simulated += machine.cone.run_with_faults({faults[number++ % kFaults]}, limit).simulated ? 1 : 0;
  }
  state.counters["simulated"] = static_cast<double>(simulated) / static_cast<double>(number);
}
BENCHMARK(tile)->Iterations(100000)->Unit(benchmark::kNanosecond);

}  // namespace
}  // namespace faultline
