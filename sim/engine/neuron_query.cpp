#include "sim/engine/neuron_query.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::engine {
namespace {

const model::ConvolutionGeometry& geometry_of(const model::Operator& layer) {
  if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer)) {
    return matrix->geometry;
  }
  return dynamic_cast<const model::PoolingOperator&>(layer).geometry;
}

const char* activity_of(mapping::Phase phase) {
  static const std::map<mapping::Phase, const char*> kNames = {
      {mapping::Phase::kLoad, "load"}, {mapping::Phase::kCompute, "compute"}, {mapping::Phase::kDrain, "drain"}};
  return kNames.at(phase);
}

}  // namespace

NeuronQuery::NeuronQuery(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config)
    : network_(std::move(network)),
      config_(config),
      compiled_(mapping::compile(*network_, config_)),
      engine_(network_, config_, GridKind::kCycle),
      timeline_(engine_, compiled_) {}

size_t NeuronQuery::layer_index(const std::string& name) const {
  const auto& layers = compiled_.layers;
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const auto& layer) { return layer.name == name; });
  if (found == layers.end()) {
    std::vector<std::string> names;
    for (const mapping::LayerProgram& layer : layers) {
      names.push_back(layer.name);
    }
    throw UserError("--layer", 0, fmt::format("'{}' is no layer that runs on the accelerator", name),
                    fmt::format("the layers are {}", fmt::join(names, ", ")));
  }
  return static_cast<size_t>(found - layers.begin());
}

NeuronAnswer NeuronQuery::where(const NeuronName& neuron) const {
  const size_t layer = layer_index(neuron.layer);
  const mapping::LayerProgram& program = compiled_.layers[layer];
  const model::ConvolutionGeometry& g = geometry_of(*network_->operators[program.operator_index]);
  const auto inside = [](int value, int extent) { return value >= 0 && value < extent; };
  if (!inside(neuron.channel, g.out_channels) || !inside(neuron.y, g.out_height) || !inside(neuron.x, g.out_width)) {
    throw UserError("--neuron", 0, fmt::format("{},{},{} is outside the layer", neuron.channel, neuron.y, neuron.x),
                    fmt::format("its outputs are {} x {} x {} (channels, rows, columns), counted from 0",
                                g.out_channels, g.out_height, g.out_width));
  }
  const mapping::NeuronLocation location =
      mapping::locate(program, {neuron.channel, int64_t{neuron.y} * g.out_width + neuron.x}, config_.grid);
  const CommandSpan& post = timeline_.at(layer, location.output_step);
  NeuronAnswer answer;
  for (const mapping::ComputeLocation& compute : location.computes) {
    const CommandSpan& command = timeline_.at(layer, compute.step);
    for (const mapping::ProductSpan& span : compute.products) {
      answer.products.push_back({span, command.first_cycle + static_cast<uint64_t>(span.cycle_first),
                                 command.first_cycle + static_cast<uint64_t>(span.cycle_last)});
    }
  }
  if (!location.computes.empty()) {
    const mapping::ComputeLocation& first = location.computes.front();
    answer.partial_sums.push_back({fmt::format("buffer.partial_sum[{}][{}]", first.sum.row, first.sum.lane),
                                   timeline_.at(layer, first.step).first_cycle, post.last_cycle});
  }
  for (int byte = 0; byte < location.output_bytes; ++byte) {
    answer.outputs.push_back({fmt::format("buffer.output[{}]", location.output_address + byte), post.first_cycle,
                              timeline_.at(layer, location.store_step).last_cycle});
  }
  answer.dram_address = location.dram_address;
  return answer;
}

ElementAnswer NeuronQuery::at(int row, int column, uint64_t cycle) const {
  if (row < 0 || row >= config_.grid.rows || column < 0 || column >= config_.grid.columns) {
    throw UserError("--pe", 0, fmt::format("{},{} is outside the array", row, column),
                    fmt::format("the array is {}x{}, counted from 0", config_.grid.rows, config_.grid.columns));
  }
  if (cycle >= timeline_.total_cycles()) {
    throw UserError("--cycle", 0, fmt::format("{} is beyond the inference", cycle),
                    fmt::format("give 0 to {}", timeline_.total_cycles() - 1));
  }
  ElementAnswer answer;
  answer.activity = "idle";
  const CommandSpan* span = timeline_.find(cycle);
  if (span == nullptr) {
    return answer;
  }
  const mapping::LayerProgram& program = compiled_.layers[span->layer];
  const mapping::Step& step = program.steps[span->step];
  answer.layer = program.name;
  answer.activity = activity_of(mapping::phase_of(step.command));
  const auto product =
      mapping::product_at(step, row, column, static_cast<int64_t>(cycle - span->first_cycle), config_.grid);
  if (product) {
    const model::ConvolutionGeometry& g = geometry_of(*network_->operators[program.operator_index]);
    const auto tap = static_cast<int>(product->tap % g.taps());
    const int group = product->channel / g.group_out_channels();
    ElementAnswer::Work work;
    work.neuron = {program.name, product->channel, static_cast<int>(product->pixel / g.out_width),
                   static_cast<int>(product->pixel % g.out_width)};
    work.plane = static_cast<int>(product->tap / g.taps());
    work.kernel_y = tap / g.group_in_channels() / g.kernel_width;
    work.kernel_x = tap / g.group_in_channels() % g.kernel_width;
    work.input_channel = group * g.group_in_channels() + tap % g.group_in_channels();
    answer.work = work;
  }
  return answer;
}

}  // namespace faultline::engine
