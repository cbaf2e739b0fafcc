#include <algorithm>

#include "sim/mapping/compute_timing.h"
#include "sim/mapping/dataflow_mapper.h"

namespace faultline::mapping {
namespace {

/// Tiles over output channels by columns, folds over taps by rows, pixels stream. Partial-sum row: tile, then pixel.
class WeightStationaryMapper : public DataflowMapper {
 public:
  Tiling tiling(const MatrixShape& shape, const hw::AcceleratorConfig& config) const override {
    const int64_t rows = config.grid.rows;
    const int64_t columns = config.grid.used_columns();
    const int64_t width = std::min<int64_t>({columns, shape.channels, shape.most_channels});
    const int64_t held = weights_held(config);
    if (held < width) {
      fail_to_fit(shape.layer, "the weights of one tap", width * config.grid.format().operand_bytes(),
                  config.weight_buffer_bytes, "weight_buffer_bytes");
    }
    Tiling tiling;
    tiling.pixels = std::min<int64_t>(shape.pixels, config.psum_rows);
    const int64_t all = ceiling(shape.channels, columns);
    const auto tiles_of = [&](int64_t channels) { return shape.channels <= channels ? all : channels / width; };
    int64_t tiles = std::min({config.psum_rows / tiling.pixels, tiles_of(config.parameter_entries),
                              tiles_of(shape.most_channels), held / (width * shape.taps)});
    tiles = std::clamp<int64_t>(tiles, 1, all);
    tiling.channels = static_cast<int>(std::min<int64_t>(shape.channels, tiles * width));
    const int64_t taps_held = std::min(held / width, kMostFolds * rows);
    tiling.taps = shape.taps <= taps_held ? shape.taps : taps_held < rows ? taps_held : taps_held / rows * rows;
    return tiling;
  }

  void pack_weights(const WeightMatrix& weights, const ComputeBlock& block, const hw::AcceleratorConfig& config,
                    std::vector<uint8_t>& image) const override {
    const int rows = config.grid.rows;
    const int pitch = word_operands(block, config);
    for (int tile = block.channel_begin; tile < block.channel_end; tile += config.grid.used_columns()) {
      for (int64_t fold = block.tap_begin; fold < block.tap_end; fold += rows) {
        for (int64_t tap = std::min(fold + rows, block.tap_end) - 1; tap >= fold; --tap) {
          for (int channel = tile; channel < tile + pitch; ++channel) {
            weights.append(channel < block.channel_end ? weights.at(channel, tap) : int16_t{0}, image);
          }
        }
      }
    }
  }

  void set_loops(hw::CommandDescriptor& command, const ComputeBlock& block,
                 const hw::AcceleratorConfig& config) const override {
    const hw::GridConfig& grid = config.grid;
    const int64_t pixels = block.pixel_end - block.pixel_begin;
    const int64_t taps = block.tap_end - block.tap_begin;
    command.tiles = static_cast<int32_t>(ceiling(block.channel_end - block.channel_begin, grid.used_columns()));
    command.folds = static_cast<int32_t>(ceiling(taps, grid.rows));
    command.last_fold_rows = static_cast<int32_t>(taps - int64_t{command.folds - 1} * grid.rows);
    command.stream = static_cast<int32_t>(pixels);
    command.psum_tile_step = command.tiles > 1 ? static_cast<int32_t>(pixels) : 0;
    command.weight_pitch = word_operands(block, config);
    command.shift_start = grid.rows - 1;
    command.period = std::max(command.stream, 2 * grid.rows);
    command.final_period = static_cast<int32_t>(pixels + sum_latency(grid));
  }

  std::vector<Step> post_process(const hw::CommandDescriptor& base, const OutputBlock& output,
                                 const hw::AcceleratorConfig& config) const override {
    const auto pixels = static_cast<int32_t>(output.pixel_end - output.pixel_begin);
    std::vector<Step> steps;
    int32_t tile = 0;
    for (int channel = output.channel_begin; channel < output.channel_end;
         channel += config.grid.used_columns(), ++tile) {
      Step step{base, {}, output};
      step.output.channel_begin = channel;
      step.output.channel_end = std::min(channel + config.grid.used_columns(), output.channel_end);
      step.output.buffer_base += int64_t{channel - output.channel_begin} * output.element_bytes;
      step.command.rows = pixels;
      step.command.lanes = step.output.channel_end - channel;
      step.command.psum_base = tile * pixels;
      step.command.parameter_base += channel - output.channel_begin;
      step.command.output_base = static_cast<int32_t>(step.output.buffer_base);
      step.command.output_row_stride = static_cast<int32_t>(output.pixel_stride);
      step.command.output_lane_stride = output.element_bytes;
      steps.push_back(step);
    }
    return steps;
  }

  std::vector<ProductSpan> products_of(const Step& step, int channel, int64_t pixel,
                                       const hw::GridConfig& grid) const override {
    const ComputeBlock& block = step.compute;
    const int tile = (channel - block.channel_begin) / grid.used_columns();
    std::vector<ProductSpan> spans;
    for (int fold = 0; fold < step.command.folds; ++fold) {
      const FoldPhase where{int64_t{tile} * step.command.folds + fold, pixel - block.pixel_begin};
      ProductSpan span;
      span.row_last = (fold + 1 < step.command.folds ? grid.rows : step.command.last_fold_rows) - 1;
      span.column = grid.column_map.physical((channel - block.channel_begin) % grid.used_columns());
      span.tap_first = block.tap_begin + int64_t{fold} * grid.rows;
      span.tap_last = span.tap_first + span.row_last;
      span.cycle_first = cycle_of(where, step.command, grid, 0, span.column);
      span.cycle_last = span.cycle_first + span.row_last;
      spans.push_back(span);
    }
    return spans;
  }

  SumPlace sum_of(const Step& step, int channel, int64_t pixel, const hw::GridConfig& grid) const override {
    const int number = channel - step.compute.channel_begin;
    const auto phase = static_cast<int>(pixel - step.compute.pixel_begin);
    return {step.command.psum_base + number / grid.used_columns() * step.command.psum_tile_step + phase,
            number % grid.used_columns()};
  }

  std::optional<Product> product_at(const Step& step, int row, int column, int64_t cycle,
                                    const hw::GridConfig& grid) const override {
    const auto where = fold_phase_at(step.command, grid, row, column, cycle);
    const int own = grid.column_map.logical(column);
    if (!where || own == hw::ColumnMap::kUnused) {
      return std::nullopt;
    }
    const ComputeBlock& block = step.compute;
    Product product;
    product.channel =
        block.channel_begin + static_cast<int>(where->fold / step.command.folds) * grid.used_columns() + own;
    product.pixel = block.pixel_begin + where->phase;
    product.tap = block.tap_begin + where->fold % step.command.folds * grid.rows + row;
    return product.channel < block.channel_end && product.tap < block.tap_end ? std::optional(product) : std::nullopt;
  }

 private:
  static constexpr int64_t kMostFolds = 65535;

  static int word_operands(const ComputeBlock& block, const hw::AcceleratorConfig& config) {
    return std::min(config.grid.used_columns(), block.channel_end - block.channel_begin);
  }
};

const WeightStationaryMapper kMapper;
const DataflowRegistration kRegistration(hw::Dataflow::kWeightStationary, kMapper);

}  // namespace
}  // namespace faultline::mapping
