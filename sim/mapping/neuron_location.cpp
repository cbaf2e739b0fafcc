#include "sim/mapping/neuron_location.h"

#include <stdexcept>

#include "sim/mapping/dataflow_mapper.h"

namespace faultline::mapping {
namespace {

template <typename Block>
bool contains(const Block& block, const Neuron& neuron) {
  return neuron.channel >= block.channel_begin && neuron.channel < block.channel_end &&
         neuron.pixel >= block.pixel_begin && neuron.pixel < block.pixel_end;
}

bool is(const Step& step, hw::Opcode opcode) {
  return step.command.opcode == static_cast<int32_t>(opcode);
}

/// The first kStore after a step: it empties the output buffer before anything else is written there.
size_t store_after(const LayerProgram& program, size_t step) {
  while (!is(program.steps.at(step), hw::Opcode::kStore)) {
    ++step;
  }
  return step;
}

}  // namespace

NeuronLocation locate(const LayerProgram& program, const Neuron& neuron, const hw::GridConfig& grid) {
  const ActivationFormat& format = program.output;
  if (neuron.channel < 0 || neuron.channel >= format.channels || neuron.pixel < 0 || neuron.pixel >= format.pixels) {
    throw std::out_of_range("layer " + program.name + " has no such neuron");
  }
  const DataflowMapper& mapper = mapper_for(grid.dataflow);
  NeuronLocation location;
  for (size_t index = 0; index < program.steps.size(); ++index) {
    const Step& step = program.steps[index];
    if (is(step, hw::Opcode::kCompute) && contains(step.compute, neuron)) {
      location.computes.push_back({index, mapper.sum_of(step, neuron.channel, neuron.pixel, grid),
                                   mapper.products_of(step, neuron.channel, neuron.pixel, grid)});
    } else if ((is(step, hw::Opcode::kPostProcess) || is(step, hw::Opcode::kPool)) && contains(step.output, neuron)) {
      const OutputBlock& output = step.output;
      location.output_step = index;
      location.output_address = output.buffer_base + (neuron.pixel - output.pixel_begin) * output.pixel_stride +
                                int64_t{neuron.channel - output.channel_begin} * output.element_bytes;
    }
  }
  location.output_bytes = format.element_bytes;
  location.store_step = store_after(program, location.output_step);
  location.dram_address =
      program.memory.output + (neuron.pixel * format.channels + neuron.channel) * format.element_bytes;
  return location;
}

std::optional<Product> product_at(const Step& step, int row, int column, int64_t cycle, const hw::GridConfig& grid) {
  return is(step, hw::Opcode::kCompute) ? mapper_for(grid.dataflow).product_at(step, row, column, cycle, grid)
                                        : std::nullopt;
}

}  // namespace faultline::mapping
