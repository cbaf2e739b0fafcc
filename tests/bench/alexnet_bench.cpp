#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/config/accelerator_file.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/model/network.h"

namespace faultline::engine {
namespace {

/// The five convolutions of AlexNet with the pooling layers between them, random weights: channels, kernel, stride,
/// padding.
struct LayerShape {
  const char* name;
  bool pooling;
  int channels, kernel, stride, padding;
};
constexpr LayerShape kAlexNet[] = {
    {"conv1", false, 96, 11, 4, 0}, {"pool1", true, 96, 3, 2, 0},   {"conv2", false, 256, 5, 1, 2},
    {"pool2", true, 256, 3, 2, 0},  {"conv3", false, 384, 3, 1, 1}, {"conv4", false, 384, 3, 1, 1},
    {"conv5", false, 256, 3, 1, 1},
};

model::ConvolutionGeometry next_geometry(const model::Shape& input, const LayerShape& layer) {
  model::ConvolutionGeometry geometry;
  geometry.in_channels = static_cast<int>(input[0]);
  geometry.in_height = static_cast<int>(input[1]);
  geometry.in_width = static_cast<int>(input[2]);
  geometry.out_channels = layer.channels;
  geometry.out_height = (geometry.in_height + 2 * layer.padding - layer.kernel) / layer.stride + 1;
  geometry.out_width = geometry.out_height;
  geometry.kernel_height = geometry.kernel_width = layer.kernel;
  geometry.stride_y = geometry.stride_x = layer.stride;
  geometry.pad_top = geometry.pad_left = layer.padding;
  geometry.groups = layer.pooling ? layer.channels : 1;
  return geometry;
}

std::unique_ptr<model::Operator> make_operator(const LayerShape& layer, const model::ConvolutionGeometry& geometry,
                                               std::mt19937& random) {
  if (layer.pooling) {
    auto pooling = std::make_unique<model::PoolingOperator>();
    pooling->geometry = geometry;
    return pooling;
  }
  auto convolution = std::make_unique<model::MatrixOperator>();
  convolution->geometry = geometry;
  convolution->weights.resize(static_cast<size_t>(geometry.taps()) * static_cast<size_t>(geometry.out_channels));
  for (int8_t& weight : convolution->weights) {
    weight = static_cast<int8_t>(random());
  }
  const auto channels = static_cast<size_t>(geometry.out_channels);
  convolution->post.bias.assign(channels, 0);
  convolution->post.factor.assign(channels, hw::to_fixed_point(1.0 / (64.0 * geometry.taps())));
  return convolution;
}

std::shared_ptr<const model::Network> alexnet() {
  auto network = std::make_shared<model::Network>();
  network->tensors.push_back({"input", {3, 227, 227}, model::ElementType::kInt8, {}, false});
  network->graph_input = 0;
  std::mt19937 random(1);
  for (const LayerShape& layer : kAlexNet) {
    const model::ConvolutionGeometry geometry = next_geometry(network->tensors.back().shape, layer);
    auto step = make_operator(layer, geometry, random);
    step->name = layer.name;
    step->kind = layer.pooling ? "MaxPool" : "Conv";
    step->inputs = {static_cast<int>(network->tensors.size()) - 1};
    step->output = static_cast<int>(network->tensors.size());
    network->tensors.push_back({layer.name,
                                {geometry.out_channels, geometry.out_height, geometry.out_width},
                                model::ElementType::kInt8,
                                {},
                                false});
    network->operators.push_back(std::move(step));
  }
  network->graph_outputs = {static_cast<int>(network->tensors.size()) - 1};
  return network;
}

/// With data, every cycle, on the preset of 32x32 (another simulator that moves addresses only takes 107 s).
void alexnet_convolutions(benchmark::State& state) {
  const auto network = alexnet();
  const hw::AcceleratorConfig configuration =
      config::read_accelerator_file(std::string(FAULTLINE_SOURCE_DIR) + "/testbenches/accelerators/alexnet_32x32.yaml")
          .build();
  AcceleratorEngine engine(network, configuration, GridKind::kCycle);
  std::vector<int8_t> image(static_cast<size_t>(model::element_count(network->tensor(0).shape)));
  std::mt19937 random(2);
  for (int8_t& pixel : image) {
    pixel = static_cast<int8_t>(random());
  }
  for (auto _ : state) {
    const AcceleratorRun run = engine.run(image);
    state.counters["cycles"] = static_cast<double>(run.total_cycles);
    for (const LayerCycles& layer : run.layers) {
      state.counters[layer.name + "_cycles"] = static_cast<double>(layer.cycles.total());
      state.counters[layer.name + "_utilization"] = layer.utilization;
    }
  }
}
BENCHMARK(alexnet_convolutions)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace faultline::engine
