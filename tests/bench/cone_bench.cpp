#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/support/cone_machine.h"

namespace faultline {
namespace {

constexpr uint64_t kSeed = 1;
constexpr size_t kImages = 100;

/// LeNet-5 int8 on a weight-stationary 16x16 array, on the built-in digits.
struct Machine : test::ConeMachine {
  Machine()
      : ConeMachine(std::make_shared<model::Network>(
                        model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx")),
                    {hw::GridConfig(16, 16, hw::Dataflow::kWeightStationary, hw::Multiplier())},
                    engine::GridKind::kCycle),
        dataset(model::load_dataset("builtin:digits", model::Split::kTest, kImages)) {}

  model::Dataset dataset;
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

/// The same faults on every image. Golden inferences are part of the time; simulated experiments are not part of that
/// of the followed ones, but of that of all.
void flips(benchmark::State& state) {
  Machine& m = machine();
  const auto& [name, paths] = structures()[static_cast<size_t>(state.range(0))];
  state.SetLabel(name);
  const std::vector<hw::Fault> faults = m.flips(paths, 1000, kSeed);
  size_t followed = 0;
  size_t simulated = 0;
  double simulation_s = 0;
  double longest = 0;
  double followed_s = 0;
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
    followed_s += seconds;
  }
  state.counters["experiment_images"] = benchmark::Counter(static_cast<double>(followed), benchmark::Counter::kIsRate);
  state.counters["all_experiment_images"] = static_cast<double>(followed + simulated) / (followed_s + simulation_s);
  state.counters["simulated"] = static_cast<double>(simulated) / static_cast<double>(simulated + followed);
  state.counters["simulated_ms_each"] = simulated == 0 ? 0 : 1e3 * simulation_s / static_cast<double>(simulated);
  state.counters["longest_us"] = 1e6 * longest;
}

BENCHMARK(flips)->DenseRange(0, 11)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(1);

}  // namespace
}  // namespace faultline
