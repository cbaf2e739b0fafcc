#include "sim/bench/synthetic_networks.h"

#include <array>
#include <random>

#include "sim/bench/network_chain.h"

namespace faultline::bench {

using model::Network;

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

std::shared_ptr<const Network> resnet18() {
  NetworkChain chain(3, 224);
  chain.convolution(64, 7, 2, 3).maximum(2, 2);
  for (const int channels : {64, 128, 256, 512}) {
    chain.convolution(channels, 3, channels == 64 ? 1 : 2, 1);
    chain.convolution(channels, 3, 1, 1).convolution(channels, 3, 1, 1).convolution(channels, 3, 1, 1);
  }
  return chain.maximum(7, 7).full(1000).network();
}

std::shared_ptr<const Network> perceptron() {
  return NetworkChain(1, 28).full(256).full(256).full(256).full(10).network();
}

/// A table that is not exact, so that it is looked up.
hw::AcceleratorConfig large_accelerator(int size) {
  hw::AcceleratorConfig config{hw::GridConfig(size, size, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  config.input_buffer_bytes = config.weight_buffer_bytes = config.output_buffer_bytes = int64_t{2} << 20;
  config.psum_rows = 16384;
  config.parameter_entries = 2048;
  config.bus_bytes = 64;
  config.dram_bytes = int64_t{256} << 20;
  return config;
}

hw::Multiplier table_multiplier() {
  const hw::Multiplier exact;
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (size_t i = 0; i < products->size(); ++i) {
    (*products)[i] = static_cast<int16_t>(exact.table()[i] & ~1);
  }
  return {"even", *products};
}

std::vector<int8_t> random_image(const Network& network, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> image(static_cast<size_t>(model::element_count(network.tensor(network.graph_input).shape)));
  for (int8_t& pixel : image) {
    pixel = static_cast<int8_t>(random());
  }
  return image;
}

}  // namespace faultline::bench
