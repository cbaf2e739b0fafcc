#include <memory>

#include <benchmark/benchmark.h>

#include "sim/bench/synthetic_networks.h"
#include "sim/engine/functional_engine.h"

namespace faultline {
namespace {

void run(benchmark::State& state, const std::shared_ptr<const model::Network>& network,
         const hw::Multiplier& multiplier) {
  const engine::FunctionalEngine engine(network, multiplier);
  const model::Values input = bench::random_image(*network, 2);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(engine.run(input));
    (void)iteration;
  }
  state.counters["images"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void lenet_exact(benchmark::State& state) {
  run(state, bench::lenet(), hw::Multiplier());
}
void lenet_table(benchmark::State& state) {
  run(state, bench::lenet(), bench::table_multiplier());
}
void mobilenet_exact(benchmark::State& state) {
  run(state, bench::mobilenet(), hw::Multiplier());
}
void mobilenet_table(benchmark::State& state) {
  run(state, bench::mobilenet(), bench::table_multiplier());
}

void resnet18_exact(benchmark::State& state) {
  run(state, bench::resnet18(), hw::Multiplier());
}
void resnet18_table(benchmark::State& state) {
  run(state, bench::resnet18(), bench::table_multiplier());
}

BENCHMARK(lenet_exact)->Unit(benchmark::kMicrosecond);
BENCHMARK(lenet_table)->Unit(benchmark::kMicrosecond);
BENCHMARK(mobilenet_exact)->Unit(benchmark::kMillisecond);
BENCHMARK(mobilenet_table)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet18_exact)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet18_table)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline
