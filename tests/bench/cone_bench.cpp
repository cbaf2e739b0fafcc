#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/common/counter_random.h"
#include "sim/engine/cone_engine.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline {
namespace {

constexpr uint64_t kSeed = 1;
constexpr size_t kImages = 100;

/// LeNet-5 int8 on a weight-stationary 16x16 array, on the built-in digits; one platform a process.
struct Machine {
  Machine()
      : network(std::make_shared<model::Network>(
            model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx"))),
        dataset(model::load_dataset("builtin:digits", model::Split::kTest, kImages)),
        config{hw::GridConfig(16, 16, hw::Dataflow::kWeightStationary, hw::Multiplier())},
        engine(network, config, engine::GridKind::kCycle),
        cone(engine, network, config) {}

  std::vector<hw::Fault> flips(const std::vector<std::string>& paths, size_t count) {
    const hw::StateTable& table = engine.platform().state();
    std::vector<size_t> fields;
    std::vector<uint64_t> bits;
    uint64_t all = 0;
    for (const std::string& path : paths) {
      fields.push_back(table.field_index(path));
      bits.push_back(table.fields()[fields.back()].bit_count());
      all += bits.back();
    }
    std::vector<hw::Fault> faults;
    for (size_t number = 0; number < count; ++number) {
      hw::CounterRandom random(kSeed, number);
      uint64_t place = random.uniform(all);
      size_t which = 0;
      for (; place >= bits[which]; ++which) {
        place -= bits[which];
      }
      const auto width = static_cast<uint64_t>(table.fields()[fields[which]].bits);
      hw::Fault fault;
      fault.site = {fields[which], static_cast<size_t>(place / width)};
      fault.mask = uint64_t{1} << (place % width);
      fault.start = random.uniform(cone.total_cycles());
      faults.push_back(fault);
    }
    return faults;
  }

  std::shared_ptr<const model::Network> network;
  model::Dataset dataset;
  hw::AcceleratorConfig config;
  engine::AcceleratorEngine engine;
  engine::ConeEngine cone;
};

Machine& machine() {
  static Machine only;
  return only;
}

const std::vector<std::pair<const char*, std::vector<std::string>>>& structures() {
  static const std::vector<std::pair<const char*, std::vector<std::string>>> kStructures = {
      {"weight", {"array.pe[*][*].weight"}},
      {"weight_next", {"array.pe[*][*].weight_next"}},
      {"activation", {"array.pe[*][*].activation"}},
      {"psum", {"array.pe[*][*].psum"}},
      {"control", {"array.pe[*][*].load", "array.pe[*][*].weight_valid", "array.pe[*][*].activation_valid"}},
      {"product", {"array.pe[*][*].product"}},
      {"buffer_input", {"buffer.input[*]"}},
      {"buffer_weight", {"buffer.weight[*]"}},
      {"buffer_partial_sum", {"buffer.partial_sum[*][*]"}},
      {"buffer_output", {"buffer.output[*]"}},
      {"parameter", {"post_processing.parameter[*]"}},
      {"pipeline",
       {"post_processing.biased[*]", "post_processing.product[*]", "post_processing.window[*]",
        "partial_sum.read_data[*]"}},
  };
  return kStructures;
}

/// The same faults on every image; golden inferences are part of the time, simulated experiments are not.
void flips(benchmark::State& state) {
  Machine& m = machine();
  const auto& [name, paths] = structures()[static_cast<size_t>(state.range(0))];
  state.SetLabel(name);
  const std::vector<hw::Fault> faults = m.flips(paths, 1000);
  size_t followed = 0;
  size_t simulated = 0;
  double simulation_s = 0;
  double longest = 0;
  for (auto iteration : state) {
    (void)iteration;
    double seconds = 0;
    for (size_t image = 0; image < kImages; ++image) {
      const auto begin = std::chrono::steady_clock::now();
      m.cone.begin(model::network_input(*m.network, m.dataset.image(image)));
      double away = 0;
      for (const hw::Fault& fault : faults) {
        const auto start = std::chrono::steady_clock::now();
        const engine::ConeRun run = m.cone.run_with_faults({fault}, 2 * m.cone.total_cycles());
        benchmark::DoNotOptimize(run.latent);
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        (run.simulated ? simulated : followed) += 1;
        away += run.simulated ? took : 0;
        longest = std::max(longest, run.simulated ? 0 : took);
      }
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() - away;
      simulation_s += away;
    }
    state.SetIterationTime(seconds);
  }
  state.counters["experiment_images"] = benchmark::Counter(static_cast<double>(followed), benchmark::Counter::kIsRate);
  state.counters["simulated"] = static_cast<double>(simulated) / static_cast<double>(simulated + followed);
  state.counters["simulated_ms_each"] = simulated == 0 ? 0 : 1e3 * simulation_s / static_cast<double>(simulated);
  state.counters["longest_us"] = 1e6 * longest;
}

BENCHMARK(flips)->DenseRange(0, 11)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(1);

}  // namespace
}  // namespace faultline
