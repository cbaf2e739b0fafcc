// Faults in networks of ImageNet's size. One machine a process: give --benchmark_filter.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "sim/bench/network_chain.h"
#include "sim/bench/synthetic_networks.h"
#include "tests/support/cone_machine.h"

namespace faultline {
namespace {

using bench::NetworkChain;

/// ResNet-18's convolutions and additions at 224x224; the average at the end is a maximum.
std::shared_ptr<const model::Network> resnet18() {
  NetworkChain chain(3, 224);
  chain.convolution(64, 7, 2, 3).maximum(2, 2);
  int width = 64;
  for (int stage = 0; stage < 4; ++stage, width *= 2) {
    for (int block = 0; block < 2; ++block) {
      const bool narrows = stage > 0 && block == 0;
      if (narrows) {
        chain.convolution(width, 1, 2, 0);  // the block's branch without its own stride
      }
      const model::TensorId branch = chain.last();
      chain.convolution(width, 3, 1, 1).convolution(width, 3, 1, 1).add_tensors(branch);
    }
  }
  return chain.maximum(7, 7).full(1000).network();
}

/// VGG-11 at 224x224, with its three full layers.
std::shared_ptr<const model::Network> vgg11() {
  NetworkChain chain(3, 224);
  chain.convolution(64, 3, 1, 1).maximum(2, 2).convolution(128, 3, 1, 1).maximum(2, 2);
  chain.convolution(256, 3, 1, 1).convolution(256, 3, 1, 1).maximum(2, 2);
  chain.convolution(512, 3, 1, 1).convolution(512, 3, 1, 1).maximum(2, 2);
  chain.convolution(512, 3, 1, 1).convolution(512, 3, 1, 1).maximum(2, 2);
  return chain.maximum(2, 2).full(4096).full(4096).full(1000).network();
}

/// Random flips of the array on one image, by processor time.
void flips(benchmark::State& state, const std::shared_ptr<const model::Network>& network) {
  constexpr size_t kFaults = 400;
  std::unique_ptr<test::ConeMachine> made;
  state.counters["prepare_s"] = test::processor_seconds([&] {
    made = std::make_unique<test::ConeMachine>(network, bench::large_accelerator(static_cast<int>(state.range(0))),
                                               engine::GridKind::kCycle);
  });
  test::ConeMachine& machine = *made;
  std::mt19937 random(2);
  std::vector<int8_t> image(static_cast<size_t>(model::element_count(network->tensor(network->graph_input).shape)));
  std::generate(image.begin(), image.end(), [&] { return static_cast<int8_t>(random()); });
  const auto faults =
      machine.flips({"array.pe[*][*].weight", "array.pe[*][*].activation", "array.pe[*][*].psum"}, kFaults, 1);
  for (auto iteration : state) {
    (void)iteration;
    state.counters["golden_ms"] = 1e3 * test::processor_seconds([&] { machine.cone.begin(image); });
    double longest = 0;
    double all = 0;
    size_t simulated = 0;
    for (const hw::Fault& fault : faults) {
      const double took = test::processor_seconds([&] {
        simulated += machine.cone.run_with_faults({fault}, 2 * machine.cone.total_cycles()).simulated ? 1 : 0;
      });
      longest = std::max(longest, took);
      all += took;
    }
    state.counters["mean_ms"] = 1e3 * all / kFaults;
    state.counters["longest_ms"] = 1e3 * longest;
    state.counters["simulated"] = static_cast<double>(simulated) / kFaults;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["cycles"] = static_cast<double>(machine.cone.total_cycles());
  state.counters["largest_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void resnet18_size(benchmark::State& state) {
  flips(state, resnet18());
}
void vgg11_size(benchmark::State& state) {
  flips(state, vgg11());
}

/// MobileNetV2 at 224x224 without its additions.
void mobilenet_size(benchmark::State& state) {
  flips(state, bench::mobilenet());
}

BENCHMARK(resnet18_size)->Arg(16)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(vgg11_size)->Arg(16)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(mobilenet_size)->Arg(16)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline
