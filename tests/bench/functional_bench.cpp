#include <array>
#include <memory>
#include <random>

#include <benchmark/benchmark.h>

#include "sim/engine/functional_engine.h"
#include "tests/support/network_chain.h"

namespace faultline {
namespace {

using model::Network;
using test::NetworkChain;

std::shared_ptr<const Network> lenet() {
  return NetworkChain(1, 28)
      .convolution(6, 5, 1, 2)
      .maximum(2, 2)
      .convolution(16, 5, 1, 0)
      .maximum(2, 2)
      .full(120)
      .full(84)
      .full(10)
      .network();
}

std::shared_ptr<const Network> mobilenet() {
  struct Stage {
    int expansion, channels, repeats, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  NetworkChain chain(3, 224);
  chain.convolution(32, 3, 2, 1);
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      chain.bottleneck(stage.channels, stage.expansion, repeat == 0 ? stage.stride : 1);
    }
  }
  return chain.convolution(1280, 1, 1, 0).maximum(7, 7).full(1000).network();
}

/// A table that is not exact, so that it is looked up.
hw::Multiplier table_multiplier() {
  const hw::Multiplier exact;
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (size_t i = 0; i < products->size(); ++i) {
    (*products)[i] = static_cast<int16_t>(exact.table()[i] & ~1);
  }
  return {"even", *products};
}

void run(benchmark::State& state, const std::shared_ptr<const Network>& network, const hw::Multiplier& multiplier) {
  const engine::FunctionalEngine engine(network, multiplier);
  std::mt19937 random(2);
  std::vector<int8_t> image(static_cast<size_t>(model::element_count(network->tensor(network->graph_input).shape)));
  for (int8_t& pixel : image) {
    pixel = static_cast<int8_t>(random());
  }
  const model::Values input = image;
  for (auto iteration : state) {
    benchmark::DoNotOptimize(engine.run(input));
    (void)iteration;
  }
  state.counters["images"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void lenet_exact(benchmark::State& state) {
  run(state, lenet(), hw::Multiplier());
}
void lenet_table(benchmark::State& state) {
  run(state, lenet(), table_multiplier());
}
void mobilenet_exact(benchmark::State& state) {
  run(state, mobilenet(), hw::Multiplier());
}
void mobilenet_table(benchmark::State& state) {
  run(state, mobilenet(), table_multiplier());
}

BENCHMARK(lenet_exact)->Unit(benchmark::kMicrosecond);
BENCHMARK(lenet_table)->Unit(benchmark::kMicrosecond);
BENCHMARK(mobilenet_exact)->Unit(benchmark::kMillisecond);
BENCHMARK(mobilenet_table)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline
