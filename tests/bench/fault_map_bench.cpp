// Maps of permanent faults on the cone engine: MLP 784-256-256-256-10 on a weight-stationary 256x256 array, 16 % of
// whose processing elements have the product's most significant bit stuck at 1; one thread. FAULTLINE_MNIST names a
// folder with MNIST's files; without it, the built-in digits are used.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "hw/common/counter_random.h"
#include "sim/config/multiplier_option.h"
#include "sim/engine/cone_engine.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline {
namespace {

constexpr size_t kImages = 10000;
constexpr int kSize = 256;

std::vector<hw::Fault> map_of(const hw::StateTable& table, uint64_t number) {
  hw::CounterRandom random(1, number);
  std::vector<hw::Fault> faults;
  for (size_t element = 0; element < size_t{kSize} * kSize; ++element) {
    if (random.uniform(100) < 16) {
      hw::Fault fault;
      fault.site = {table.field_index("array.pe[*][*].product"), element};
      fault.mask = 0x8000;
      fault.model = hw::FaultModel::kStuckAt1;
      fault.duration = 0;
      faults.push_back(fault);
    }
  }
  return faults;
}

/// A whole map: golden and faulty inferences of all images.
void whole_test_set(benchmark::State& state, const char* multiplier) {
  const char* mnist = std::getenv("FAULTLINE_MNIST");
  const auto network = std::make_shared<model::Network>(
      model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/mlp_relu_mnist.onnx"));
  const model::Dataset images = model::load_dataset(mnist == nullptr ? "builtin:digits" : std::string("mnist:") + mnist,
                                                    model::Split::kTest, kImages);
  const hw::AcceleratorConfig config{
      hw::GridConfig(kSize, kSize, hw::Dataflow::kWeightStationary,
                     config::load_multiplier(config::parse_multiplier(multiplier, "bench")))};
  engine::AcceleratorEngine engine(network, config, engine::GridKind::kCycle);
  engine::ConeEngine cone(engine, network, config);
  const hw::Faults faults = map_of(engine.platform().state(), 1);
  size_t simulated = 0;
  for (auto iteration : state) {
    (void)iteration;
    for (size_t image = 0; image < kImages; ++image) {
      cone.begin(model::network_input(*network, images.image(image)));
      simulated += cone.run_with_faults(faults, 2 * cone.total_cycles()).simulated ? 1 : 0;
    }
  }
  state.counters["images"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kImages), benchmark::Counter::kIsRate);
  state.counters["simulated"] = static_cast<double>(simulated);
}

BENCHMARK_CAPTURE(whole_test_set, mitchell, "mitchell")->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace faultline
