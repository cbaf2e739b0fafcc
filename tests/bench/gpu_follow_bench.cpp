#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/config/gpu_file.h"
#include "sim/config/yaml_reader.h"
#include "sim/engine/gpu_cone.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "tests/support/processor_time.h"
#include "tests/support/random_flips.h"

namespace faultline {
namespace {

constexpr uint64_t kSeed = 1;
constexpr size_t kFaults = 200;
/// That a campaign has for an image: each carries this part of the golden inference.
constexpr double kFaultsOfAnImage = 1000;

const std::string kSource = FAULTLINE_SOURCE_DIR;

/// LeNet-5 int8 on the small multiprocessor, on the third of the built-in digits.
class Machine {
 public:
  std::shared_ptr<const model::Network> network =
      std::make_shared<model::Network>(model::import_onnx(kSource + "/models/lenet5_digits.onnx"));
  hw::gpu::SmConfig config =
      config::read_gpu(config::read_yaml(kSource + "/testbenches/accelerators/sm_small.yaml")).build();
  engine::GpuEngine engine{network, config};
  engine::GpuCone cone{engine, network, config};
  /// Processor time that a campaign's first image takes, the second, and every later one: the first is simulated, with
  /// the second the movements of data are sorted.
  std::array<double, 3> golden_s = {image_seconds(0), image_seconds(1), image_seconds(2)};

 private:
  double image_seconds(size_t image) {
    const model::Dataset digits = model::load_dataset("builtin:digits", model::Split::kTest, 3);
    return test::processor_seconds([&] {
      cone.begin(model::network_input(*network, digits.image(image)));
      hw::Fault idle;  // in a cycle before anything is computed
      idle.site = {engine.platform().state().field_index("register_file.entry[*].lane[*]"), 0};
      idle.mask = 1;
      benchmark::DoNotOptimize(cone.run_with_faults({idle}, 2 * cone.total_cycles()).latent);
    });
  }
};

Machine& machine() {
  static Machine only;
  return only;
}

const std::vector<std::pair<const char*, std::vector<std::string>>>& structures() {
  static const std::vector<std::pair<const char*, std::vector<std::string>>> kStructures = {
      {"register_file", {"register_file.entry[*].lane[*]"}},
      {"shared_memory", {"shared_memory.word[*]"}},
      {"operands",
       {"partition[*].collector[*].operand[*].lane[*]", "partition[*].mac_lane[*].a", "partition[*].mac_lane[*].b",
        "partition[*].mac_lane[*].c"}},
      {"products", {"partition[*].mac_lane[*].partial[*]", "partition[*].mac_lane[*].product[*]"}},
  };
  return kStructures;
}

/// Processor time of experiments on one image: `followed`, those that are followed with their parts of the golden
/// inference; `all`, with those that have to be simulated.
void flips(benchmark::State& state) {
  Machine& m = machine();
  const auto& [name, paths] = structures()[static_cast<size_t>(state.range(0))];
  state.SetLabel(name);
  const std::vector<hw::Fault> faults =
      test::random_flips(m.engine.platform().state(), m.cone.total_cycles(), paths, kFaults, kSeed);
  double followed_s = 0, simulated_s = 0, longest_s = 0;
  double followed = 0, simulated = 0, stored = 0;
  for (auto iteration : state) {
    (void)iteration;
    for (const hw::Fault& fault : faults) {
      engine::ConeRun run;
      const double took =
          test::processor_seconds([&] { run = m.cone.run_with_faults({fault}, 2 * m.cone.total_cycles()); });
      (run.simulated ? simulated_s : followed_s) += took;
      (run.simulated ? simulated : followed) += 1;
      longest_s = std::max(longest_s, run.simulated ? 0 : took);
      stored += !run.simulated && run.farthest == engine::Station::kStored ? 1 : 0;
    }
  }
  const double golden_s = m.golden_s.back() / kFaultsOfAnImage;
  state.counters["followed_per_s"] = followed / (followed_s + golden_s * followed);
  state.counters["all_per_s"] = kFaults / (followed_s + simulated_s + golden_s * kFaults);
  state.counters["followed_us"] = 1e6 * followed_s / followed;
  state.counters["longest_us"] = 1e6 * longest_s;
  state.counters["simulated"] = simulated / kFaults;
  state.counters["simulated_ms"] = simulated == 0 ? 0 : 1e3 * simulated_s / simulated;
  state.counters["stored"] = stored / followed;
  state.counters["first_image_ms"] = 1e3 * m.golden_s[0];
  state.counters["second_image_ms"] = 1e3 * m.golden_s[1];
  state.counters["image_ms"] = 1e3 * m.golden_s[2];
  state.counters["cycles"] = static_cast<double>(m.cone.total_cycles());
}
BENCHMARK(flips)->DenseRange(0, 3)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline
