#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "hw/systolic/neuron_unit_core.h"
#include "sim/mapping/block_plan.h"
#include "sim/mapping/dataflow_mapper.h"
#include "sim/mapping/neuron_words.h"
#include "sim/mapping/operator_mapper.h"
#include "sim/mapping/transfers.h"
#include "sim/mapping/weight_bounds.h"
#include "sim/mapping/window.h"

namespace faultline::mapping {
namespace {

/// A range of output channels of one group that one kCompute takes.
struct ChannelBlock {
  int group = 0;
  int begin = 0;
  int end = 0;
};

/// Where one block of weights lies in the weight image, in bytes.
struct WeightPlace {
  int64_t offset = 0;
  int64_t bytes = 0;
};

/// The neuron unit's part in one block of pixels: where its mask and its table lie in the program's image.
struct NeuronPlace {
  int64_t mask = 0;
  int64_t mask_bytes = 0;
  int64_t table = 0;
  int64_t table_bytes = 0;
};

/// Builds the program of one MatrixOperator: for each block of pixels, for each block of channels, for each part of the
/// block's pixels that the partial-sum buffer holds, for each part of the taps.
class MatrixCompiler {
 public:
  /// `words`, if not nullptr, are those of the layer's protected neurons, and `layer` is theirs.
  MatrixCompiler(const model::MatrixOperator& layer, const NeuronWords* words, const hw::AcceleratorConfig& config,
                 LayerProgram& program)
      : layer_(layer),
        words_(words),
        config_(config),
        mapper_(mapper_for(config.grid.dataflow)),
        window_(layer.geometry),
        program_(program),
        loader_(program.steps, program.memory, config),
        taps_(int64_t{layer.geometry.taps()} * layer.planes),
        element_bytes_(program.output.element_bytes) {
    plan_ = plan_blocks(layer.name, window_, layer.geometry.out_channels, element_bytes_, config);
    const int group_channels = layer.geometry.group_out_channels();
    tiling_ = mapper_.tiling(
        {layer.name, group_channels, taps_, plan_.most_pixels, std::min(plan_.most_channels, group_channels)}, config);
    if (config.protection.weight_check) {
      weight_bounds_ = weight_bounds(layer, *config.protection.weight_check);
    }
    cut_channels();
    pack_weights();
    if (words_ != nullptr) {
      pack_protection();
    }
  }

  /// Emits the steps; program.memory must be complete.
  void emit() {
    if (resident_) {
      loader_.weights(0, static_cast<int64_t>(program_.weights.size()));
    }
    if (parameters_resident()) {
      loader_.parameters(0, layer_.geometry.out_channels);
    }
    load(program_.steps, hw::LoadTarget::kTable, program_.memory.table, 0, program_.memory.table_bytes);
    for (size_t number = 0; number < plan_.blocks.size(); ++number) {
      const PixelBlock& block = plan_.blocks[number];
      loader_.input_rows(window_, block.rows);
      if (words_ != nullptr) {
        load(program_.steps, hw::LoadTarget::kTable, program_.memory.protection + neuron_places_[number].mask,
             hw::kNeuronMaskBase, neuron_places_[number].mask_bytes);
      }
      for (size_t first = 0; first < channel_blocks_.size();) {
        const size_t last = segment_end(first);
        emit_segment(block, first, last);
        if (words_ != nullptr) {
          emit_correction(neuron_places_[number]);
        }
        emit_store(block, first, last);
        first = last;
      }
    }
  }

 private:
  void cut_channels() {
    const int group_channels = layer_.geometry.group_out_channels();
    for (int group = 0; group < layer_.geometry.groups; ++group) {
      const int end = (group + 1) * group_channels;
      for (int begin = group * group_channels; begin < end; begin += tiling_.channels) {
        channel_blocks_.push_back({group, begin, std::min(begin + tiling_.channels, end)});
      }
    }
  }

  void pack_weights() {
    const WeightMatrix weights(layer_);
    for (const ChannelBlock& channels : channel_blocks_) {
      for (int64_t tap = 0; tap < taps_; tap += tiling_.taps) {
        WeightPlace place;
        place.offset = static_cast<int64_t>(program_.weights.size());
        mapper_.pack_weights(weights, compute_block(channels, tap, 0, 0), config_, program_.weights);
        place.bytes = static_cast<int64_t>(program_.weights.size()) - place.offset;
        weight_places_[{channels.begin, tap}] = place;
      }
    }
    resident_ = static_cast<int64_t>(program_.weights.size()) <= config_.weight_buffer_bytes;
  }

  /// Words that belong together must lie in the output buffer together.
  void pack_protection() {
    if (plan_.most_channels < layer_.geometry.out_channels) {
      fail_to_fit(layer_.name, "the outputs of one pixel with the further words of its neurons",
                  layer_.geometry.out_channels, config_.output_buffer_bytes, "output_buffer_bytes");
    }
    const auto append = [this](const std::vector<uint8_t>& bytes) {
      const auto place = static_cast<int64_t>(program_.protection.size());
      program_.protection.insert(program_.protection.end(), bytes.begin(), bytes.end());
      return place;
    };
    for (const PixelBlock& block : plan_.blocks) {
      const std::vector<uint8_t> mask = words_->mask(block.pixel_begin, block.pixel_end);
      const std::vector<uint8_t> table = words_->table(block.pixel_begin, block.pixel_end);
      NeuronPlace place;
      place.mask = append(mask);
      place.mask_bytes = static_cast<int64_t>(mask.size());
      place.table = append(table);
      place.table_bytes = static_cast<int64_t>(table.size());
      neuron_places_.push_back(place);
    }
  }

  bool parameters_resident() const { return layer_.geometry.out_channels <= config_.parameter_entries; }

  /// One past the last channel block whose results share the output buffer with those of block `first`.
  size_t segment_end(size_t first) const {
    size_t last = first;
    while (last < channel_blocks_.size() &&
           channel_blocks_[last].end - channel_blocks_[first].begin <= plan_.most_channels) {
      ++last;
    }
    return last;
  }

  ComputeBlock compute_block(const ChannelBlock& channels, int64_t tap, int64_t pixel_begin, int64_t pixel_end) const {
    return {channels.group, channels.begin, channels.end, tap, std::min(tap + tiling_.taps, taps_),
            pixel_begin,    pixel_end};
  }

  void emit_segment(const PixelBlock& block, size_t first, size_t last) {
    const int channel_begin = channel_blocks_[first].begin;
    const int channel_end = channel_blocks_[last - 1].end;
    const int64_t pixel_stride = int64_t{channel_end - channel_begin} * element_bytes_;
    for (size_t index = first; index < last; ++index) {
      const ChannelBlock& channels = channel_blocks_[index];
      for (int64_t pixel = block.pixel_begin; pixel < block.pixel_end; pixel += tiling_.pixels) {
        const int64_t pixel_end = std::min(pixel + tiling_.pixels, block.pixel_end);
        for (int64_t tap = 0; tap < taps_; tap += tiling_.taps) {
          emit_compute(compute_block(channels, tap, pixel, pixel_end), block.rows);
        }
        OutputBlock output{channels.begin, channels.end, pixel, pixel_end, 0, pixel_stride, element_bytes_};
        output.buffer_base =
            (pixel - block.pixel_begin) * pixel_stride + int64_t{channels.begin - channel_begin} * element_bytes_;
        emit_post_processing(output);
      }
    }
  }

  /// The layer's own channels of a segment. Extra ones lie behind them.
  void emit_store(const PixelBlock& block, size_t first, size_t last) {
    const int channel_begin = channel_blocks_[first].begin;
    const int channel_end = channel_blocks_[last - 1].end;
    const int64_t dram_stride = int64_t{program_.output.channels} * element_bytes_;
    const int64_t stored = int64_t{std::min(channel_end, program_.output.channels) - channel_begin} * element_bytes_;
    store(program_.steps,
          program_.memory.output + block.pixel_begin * dram_stride + int64_t{channel_begin} * element_bytes_,
          dram_stride, block.pixel_end - block.pixel_begin, stored,
          int64_t{channel_end - channel_begin} * element_bytes_);
  }

  /// Leads the block's neurons through the unit, as many at a time as its table can name.
  void emit_correction(const NeuronPlace& place) {
    const int64_t most = int64_t{words_->neurons_at_once()} * words_->words() * words_->entry_bytes();
    for (int64_t done = 0; done < place.table_bytes; done += most) {
      const int64_t bytes = std::min(most, place.table_bytes - done);
      load(program_.steps, hw::LoadTarget::kTable, program_.memory.protection + place.table + done,
           hw::kNeuronTableBase, bytes);
      Step step;
      step.command.opcode = static_cast<int32_t>(hw::Opcode::kCorrect);
      step.command.rows = static_cast<int32_t>(bytes / words_->entry_bytes());
      step.command.pad_value = words_->zero();
      step.command.accumulate = words_->repeatable() && walked_ ? 1 : 0;
      walked_ = true;
      program_.steps.push_back(step);
    }
  }

  void emit_compute(const ComputeBlock& block, const InputRows& rows) {
    const WeightPlace place = weight_places_.at({block.channel_begin, block.tap_begin});
    if (!resident_) {
      loader_.weights(place.offset, place.bytes);
    }
    Step step;
    step.compute = block;
    step.command.opcode = static_cast<int32_t>(hw::Opcode::kCompute);
    step.command.weight_base = resident_ ? static_cast<int32_t>(place.offset / layer_.format.operand_bytes()) : 0;
    step.command.accumulate = block.tap_begin > 0 ? 1 : 0;
    step.command.pad_value = int32_t{layer_.pad_value};
    if (weight_bounds_) {
      step.command.low = weight_bounds_->low;
      step.command.high = weight_bounds_->high;
    }
    set_pixels(step.command, window_, rows, block.pixel_begin, block.group * window_.group_channels);
    set_taps(step.command, window_, window_.group_channels, block.tap_begin);
    mapper_.set_loops(step.command, block, config_);
    program_.steps.push_back(step);
  }

  void emit_post_processing(const OutputBlock& output) {
    hw::CommandDescriptor base;
    base.opcode = static_cast<int32_t>(hw::Opcode::kPostProcess);
    set_post_processing(base, layer_.post);
    if (words_ != nullptr && words_->encoded()) {
      base.accumulate = 1;
      base.pad_value = words_->zero();
    }
    if (parameters_resident()) {
      base.parameter_base = output.channel_begin;
    } else {
      loader_.parameters(output.channel_begin, output.channel_end);
    }
    for (const Step& step : mapper_.post_process(base, output, config_)) {
      program_.steps.push_back(step);
    }
  }

  const model::MatrixOperator& layer_;
  const NeuronWords* words_;
  const hw::AcceleratorConfig& config_;
  const DataflowMapper& mapper_;
  Window window_;
  LayerProgram& program_;
  Loader loader_;
  int64_t taps_;
  int element_bytes_;
  BlockPlan plan_;
  Tiling tiling_;
  std::optional<model::CodeRange> weight_bounds_;  ///< where the accelerator checks weights
  std::vector<ChannelBlock> channel_blocks_;
  std::map<std::pair<int, int64_t>, WeightPlace> weight_places_;  ///< by first channel and first tap
  std::vector<NeuronPlace> neuron_places_;                        ///< by block of pixels
  bool walked_ = false;                                           ///< a kCorrect of the layer is emitted
  bool resident_ = false;  ///< all weights of the layer fit the weight buffer together
};

class MatrixMapper : public OperatorMapper {
 public:
  bool maps(const model::Operator& layer) const override {
    return dynamic_cast<const model::MatrixOperator*>(&layer) != nullptr;
  }

  LayerProgram formats(const model::Operator& layer) const override {
    const auto& matrix = dynamic_cast<const model::MatrixOperator&>(layer);
    const model::ConvolutionGeometry& geometry = matrix.geometry;
    LayerProgram program;
    program.name = layer.name;
    const hw::OperandFormat format = matrix.format;
    program.input = {geometry.in_channels, int64_t{geometry.in_height} * geometry.in_width, format.operand_bytes(),
                     matrix.layout, format};
    program.output = {geometry.out_channels, int64_t{geometry.out_height} * geometry.out_width,
                      matrix.post.raw() ? format.sum_bytes() : format.operand_bytes(), matrix.layout, format};
    program.macs =
        static_cast<uint64_t>(int64_t{geometry.taps()} * matrix.planes * geometry.out_channels * program.output.pixels);
    return program;
  }

  LayerProgram compile(const model::Operator& layer, const model::ProtectedNeurons* protection,
                       const hw::AcceleratorConfig& config, const ActivationRegions& regions,
                       DramLayout& dram) const override {
    const auto& own = dynamic_cast<const model::MatrixOperator&>(layer);
    std::optional<NeuronWords> words;
    if (protection != nullptr) {
      words.emplace(own, *protection, config);
    }
    const model::MatrixOperator& matrix = words ? words->layer() : own;
    LayerProgram program = formats(layer);
    MatrixCompiler compiler(matrix, words ? &*words : nullptr, config, program);
    program.parameters = pack_parameters(matrix.post, matrix.geometry.out_channels, config);
    program.table = pack_table(matrix.post);
    LayerMemory& memory = program.memory;
    memory.weight_bytes = static_cast<int64_t>(program.weights.size());
    memory.weights = dram.allocate(memory.weight_bytes);
    memory.parameter_bytes = static_cast<int64_t>(program.parameters.size());
    memory.parameters = dram.allocate(memory.parameter_bytes);
    memory.table_bytes = static_cast<int64_t>(program.table.size());
    memory.table = dram.allocate(memory.table_bytes);
    if (words) {
      memory.protection_bytes = static_cast<int64_t>(program.protection.size());
      memory.protection = dram.allocate(memory.protection_bytes);
    }
    memory.input = regions.input;
    memory.input_bytes = program.input.bytes();
    memory.output = regions.output;
    memory.output_bytes = program.output.bytes();
    compiler.emit();
    if (words) {
      program.protection_use = words->use(program, config.grid);
    }
    return program;
  }
};

const MatrixMapper kMapper;
const OperatorRegistration kRegistration(kMapper);

}  // namespace
}  // namespace faultline::mapping
