#include <algorithm>

#include "sim/mapping/block_plan.h"
#include "sim/mapping/operator_mapper.h"
#include "sim/mapping/transfers.h"
#include "sim/mapping/window.h"

namespace faultline::mapping {
namespace {

/// Pooling runs in the post-processing unit: one kPool for as many channels as the array has columns.
class PoolingMapper : public OperatorMapper {
 public:
  bool maps(const model::Operator& layer) const override {
    return dynamic_cast<const model::PoolingOperator*>(&layer) != nullptr;
  }

  LayerProgram formats(const model::Operator& layer) const override {
    const auto& pooling = dynamic_cast<const model::PoolingOperator&>(layer);
    const model::ConvolutionGeometry& geometry = pooling.geometry;
    const bool raw = pooling.pooling == model::PoolingKind::kSum && pooling.post.raw();
    LayerProgram program;
    program.name = layer.name;
    const hw::OperandFormat format = pooling.format;
    program.input = {geometry.in_channels, int64_t{geometry.in_height} * geometry.in_width, format.operand_bytes(),
                     model::Layout::kChannelsFirst, format};
    program.output = {geometry.out_channels, int64_t{geometry.out_height} * geometry.out_width,
                      raw ? format.sum_bytes() : format.operand_bytes(), model::Layout::kChannelsFirst, format};
    return program;
  }

  LayerProgram compile(const model::Operator& layer, const model::ProtectedNeurons* /*protection*/,
                       const hw::AcceleratorConfig& config, const ActivationRegions& regions,
                       DramLayout& dram) const override {
    const auto& pooling = dynamic_cast<const model::PoolingOperator&>(layer);
    LayerProgram program = formats(layer);
    if (pooling.pooling == model::PoolingKind::kSum) {
      program.parameters = pack_parameters(pooling.post, program.output.channels, config);
      program.table = pack_table(pooling.post);
    }
    LayerMemory& memory = program.memory;
    memory.parameter_bytes = static_cast<int64_t>(program.parameters.size());
    memory.parameters = dram.allocate(memory.parameter_bytes);
    memory.table_bytes = static_cast<int64_t>(program.table.size());
    memory.table = dram.allocate(memory.table_bytes);
    memory.input = regions.input;
    memory.input_bytes = program.input.bytes();
    memory.output = regions.output;
    memory.output_bytes = program.output.bytes();
    emit(pooling, config, program);
    return program;
  }

 private:
  static void emit(const model::PoolingOperator& pooling, const hw::AcceleratorConfig& config, LayerProgram& program) {
    const Window window(pooling.geometry);
    const int channels = program.output.channels;
    const int element_bytes = program.output.element_bytes;
    const BlockPlan plan = plan_blocks(pooling.name, window, channels, element_bytes, config);
    Loader loader(program.steps, program.memory, config);
    load(program.steps, hw::LoadTarget::kTable, program.memory.table, 0, program.memory.table_bytes);
    for (const PixelBlock& block : plan.blocks) {
      loader.input_rows(window, block.rows);
      for (int first = 0; first < channels; first += plan.most_channels) {
        const int last = std::min(first + plan.most_channels, channels);
        const int64_t pixel_stride = int64_t{last - first} * element_bytes;
        for (int channel = first; channel < last; channel += config.grid.used_columns()) {
          const OutputBlock output{channel,
                                   std::min(channel + config.grid.used_columns(), last),
                                   block.pixel_begin,
                                   block.pixel_end,
                                   int64_t{channel - first} * element_bytes,
                                   pixel_stride,
                                   element_bytes};
          emit_pool(pooling, config, window, block.rows, output, loader, program);
        }
        const int64_t dram_stride = int64_t{channels} * element_bytes;
        store(program.steps, program.memory.output + block.pixel_begin * dram_stride + int64_t{first} * element_bytes,
              dram_stride, block.pixel_end - block.pixel_begin, pixel_stride, pixel_stride);
      }
    }
  }

  static void emit_pool(const model::PoolingOperator& pooling, const hw::AcceleratorConfig& config,
                        const Window& window, const InputRows& rows, const OutputBlock& output, Loader& loader,
                        LayerProgram& program) {
    Step step;
    step.output = output;
    hw::CommandDescriptor& command = step.command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kPool);
    command.maximum = pooling.pooling == model::PoolingKind::kMaximum ? 1 : 0;
    command.pad_value = int32_t{pooling.pad_value};
    command.rows = static_cast<int32_t>(output.pixel_end - output.pixel_begin);
    command.lanes = output.channel_end - output.channel_begin;
    command.stream = window.kernel_height * window.kernel_width;
    set_pixels(command, window, rows, output.pixel_begin, output.channel_begin);
    set_taps(command, window, 1, 0);
    command.output_base = static_cast<int32_t>(output.buffer_base);
    command.output_row_stride = static_cast<int32_t>(output.pixel_stride);
    command.output_lane_stride = output.element_bytes;
    if (command.maximum == 0) {
      set_post_processing(command, pooling.post);
      if (program.output.channels <= config.parameter_entries) {
        loader.parameters(0, program.output.channels);
        command.parameter_base = output.channel_begin;
      } else {
        loader.parameters(output.channel_begin, output.channel_end);
      }
    }
    program.steps.push_back(step);
  }
};

const PoolingMapper kMapper;
const OperatorRegistration kRegistration(kMapper);

}  // namespace
}  // namespace faultline::mapping
