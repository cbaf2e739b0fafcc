#include "sim/testbench/testbench_program.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/config/user_error.h"
#include "sim/harden/neuron_protection.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/network.h"

namespace faultline::testbench {
namespace {

/// Larger arrays leave lanes idle: vectors would grow with their number and show nothing new.
constexpr int kMostLanes = 16;
constexpr size_t kAlignment = 64;

class RandomLayers {
 public:
  RandomLayers(const hw::GridConfig& grid, hw::CounterRandom random)
      : rows_(std::min(grid.rows, kMostLanes)), columns_(std::min(grid.used_columns(), kMostLanes)), random_(random) {}

  std::unique_ptr<model::Operator> convolution() {
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->kind = "Conv";
    model::ConvolutionGeometry& g = layer->geometry;
    g.in_channels = 2;
    g.out_channels = columns_ + 1;
    g.in_height = g.out_height = 4;
    g.in_width = g.out_width = 5;
    g.kernel_height = g.kernel_width = 3;
    g.pad_top = g.pad_left = 1;
    layer->pad_value = code();
    layer->weights = codes(g.out_channels * g.taps());
    layer->post = requantisation(g.out_channels);
    return layer;
  }

  std::unique_ptr<model::Operator> pooling() {
    auto layer = std::make_unique<model::PoolingOperator>();
    layer->kind = "MaxPool";
    model::ConvolutionGeometry& g = layer->geometry;
    g.in_channels = g.out_channels = g.groups = columns_ + 1;
    g.in_height = g.in_width = 4;
    g.kernel_height = g.kernel_width = g.stride_y = g.stride_x = 2;
    g.out_height = g.out_width = 2;
    return layer;
  }

  /// Raw sums of all 32 bits leave the accelerator.
  std::unique_ptr<model::Operator> product() {
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->kind = "Gemm";
    layer->layout = model::Layout::kChannelsLast;
    model::ConvolutionGeometry& g = layer->geometry;
    g.in_channels = 2 * rows_ + 1;
    g.out_channels = columns_ + 1;
    g.in_height = g.out_height = rows_ + 2;
    layer->weights = codes(g.out_channels * g.in_channels);
    for (int channel = 0; channel < g.out_channels; ++channel) {
      layer->post.bias.push_back(static_cast<int32_t>(random_.next_u64()));
    }
    return layer;
  }

  std::vector<int8_t> codes(int64_t count) {
    std::vector<int8_t> values(static_cast<size_t>(count));
    std::generate(values.begin(), values.end(), [this] { return code(); });
    return values;
  }

 private:
  int8_t code() { return static_cast<int8_t>(random_.next_u64()); }

  model::PostProcessing requantisation(int channels) {
    model::PostProcessing post;
    for (int channel = 0; channel < channels; ++channel) {
      constexpr int kBiasBits = 15;
      constexpr int kMultiplierBits = 30;
      constexpr int kShift = 40;
      post.bias.push_back(static_cast<int32_t>(random_.next_u64()) >> (32 - kBiasBits));
      post.factor.push_back(
          {static_cast<int32_t>(random_.next_u64() >> (64 - kMultiplierBits)) | (1 << kMultiplierBits), kShift});
    }
    post.zero_point = code();
    post.table = codes(256);
    return post;
  }

  int rows_;
  int columns_;
  hw::CounterRandom random_;
};

const model::ConvolutionGeometry& geometry_of(const model::Operator& layer) {
  const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer);
  return matrix != nullptr ? matrix->geometry : dynamic_cast<const model::PoolingOperator&>(layer).geometry;
}

bool is_raw(const model::Operator& layer) {
  const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer);
  return matrix != nullptr && matrix->post.raw();
}

/// Every third neuron of a layer that requantises through a table, or every third channel where the unit protects
/// channels, half of whose codes are then outside. The table's lowest code stands for 0.
void protect_some_neurons(model::Network& network, const std::string& unit) {
  const auto* layer = dynamic_cast<const model::MatrixOperator*>(network.operators.front().get());
  if (unit.empty() || layer == nullptr || layer->post.table.empty()) {
    return;
  }
  harden::HardenedDesign design{network.file, network.file, network.sha256, unit, {{layer->name, {}, 0}}};
  const auto elements = static_cast<size_t>(model::element_count(network.tensors.back().shape));
  const auto channels = static_cast<size_t>(layer->geometry.out_channels);
  const bool whole = harden::find_neuron_scheme(unit, network.file).has_intervals();
  for (size_t neuron = 0; neuron < elements; ++neuron) {
    if ((whole ? neuron / (elements / channels) : neuron) % 3 == 0) {
      design.layers.front().neurons.push_back(neuron);
    }
  }
  if (whole) {
    design.layers.front().intervals.assign(channels, {-64, 63});
  }
  network.tensors.back().quantisation.zero_point =
      *std::min_element(layer->post.table.begin(), layer->post.table.end());
  harden::protect_neurons(network, design);
}

/// A network of one layer, with neurons protected where the accelerator has a unit for them.
model::Network alone(std::unique_ptr<model::Operator> layer, const std::string& neuron_unit) {
  const model::ConvolutionGeometry& g = geometry_of(*layer);
  model::Network network;
  network.file = "testbench";
  network.tensors.resize(2);
  network.tensors[0].name = "input";
  network.tensors[0].shape = {g.in_channels, g.in_height, g.in_width};
  network.tensors[1].name = "output";
  network.tensors[1].shape = {g.out_channels, g.out_height, g.out_width};
  network.tensors[1].type = is_raw(*layer) ? model::ElementType::kInt32 : model::ElementType::kInt8;
  layer->name = layer->kind;
  layer->inputs = {0};
  layer->output = 1;
  network.operators.push_back(std::move(layer));
  network.graph_input = 0;
  network.graph_outputs = {1};
  protect_some_neurons(network, neuron_unit);
  return network;
}

bool moves_data(const hw::CommandDescriptor& command) {
  return command.opcode == static_cast<int32_t>(hw::Opcode::kLoad) ||
         command.opcode == static_cast<int32_t>(hw::Opcode::kStore);
}

void put(const std::vector<uint8_t>& bytes, size_t address, std::vector<uint8_t>& dram) {
  dram.resize(std::max(dram.size(), address + bytes.size()));
  std::copy(bytes.begin(), bytes.end(), dram.begin() + static_cast<std::ptrdiff_t>(address));
}

/// Appends the layer behind what DRAM holds.
void append(const mapping::CompiledNetwork& compiled, const std::vector<int8_t>& input,
            rtl::TestbenchProgram& program) {
  const mapping::LayerProgram& layer = compiled.layers.front();
  const size_t base = (program.dram.size() + kAlignment - 1) / kAlignment * kAlignment;
  put(compiled.constants(), base + static_cast<size_t>(compiled.constants_begin), program.dram);
  put(mapping::to_dram(input, layer.input), base + static_cast<size_t>(layer.memory.input), program.dram);
  program.dram.resize(
      std::max(program.dram.size(), base + static_cast<size_t>(layer.memory.output + layer.memory.output_bytes)));
  for (hw::CommandDescriptor command : layer.commands()) {
    if (moves_data(command)) {
      command.dram_address += static_cast<int32_t>(base);
    }
    program.commands.push_back(command);
  }
}

}  // namespace

rtl::TestbenchProgram testbench_program(const hw::AcceleratorConfig& config, uint64_t seed) {
  RandomLayers random(config.grid, hw::CounterRandom(seed, 0));
  rtl::TestbenchProgram program;
  std::optional<UserError> refusal;
  for (const auto make : {&RandomLayers::convolution, &RandomLayers::pooling, &RandomLayers::product}) {
    const model::Network network = alone((random.*make)(), config.protection.neuron_unit);
    const model::ConvolutionGeometry& g = geometry_of(*network.operators.front());
    try {
      append(mapping::compile(network, config), random.codes(int64_t{g.in_channels} * g.in_height * g.in_width),
             program);
    } catch (const UserError& error) {
      refusal = error;
    }
  }
  if (program.commands.empty()) {
    throw UserError(*refusal);
  }
  return program;
}

}  // namespace faultline::testbench
