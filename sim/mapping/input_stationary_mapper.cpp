#include <algorithm>

#include "sim/mapping/compute_timing.h"
#include "sim/mapping/dataflow_mapper.h"

namespace faultline::mapping {
namespace {

/// Tiles over pixels by columns, folds over taps by rows, output channels stream. Partial-sum row: tile, then channel.
class InputStationaryMapper : public DataflowMapper {
 public:
  Tiling tiling(const MatrixShape& shape, const hw::AcceleratorConfig& config) const override {
    const int64_t rows = config.grid.rows;
    const int64_t columns = config.grid.used_columns();
    const int64_t words = weights_held(config) / rows;
    if (words < 1) {
      fail_to_fit(shape.layer, "the weights of one fold", rows * config.grid.format().operand_bytes(),
                  config.weight_buffer_bytes, "weight_buffer_bytes");
    }
    const int64_t folds = ceiling(shape.taps, rows);
    int64_t channels = std::min<int64_t>(
        {shape.channels, shape.most_channels, config.psum_rows, config.parameter_entries, words, kLargestStep});
    // Streams shorter than a fold's shift leave the array idle; down to that length, whole dot products are better.
    const int64_t whole = words / folds;
    if (whole >= std::min(channels, columns + rows + 1)) {
      channels = std::min(channels, whole);
    }
    Tiling tiling;
    tiling.channels = static_cast<int>(channels);
    tiling.taps = std::min(shape.taps, std::min(words / channels, kMostFolds) * rows);
    tiling.pixels = std::min<int64_t>(config.psum_rows / channels, kMostFolds) * columns;
    return tiling;
  }

  void pack_weights(const WeightMatrix& weights, const ComputeBlock& block, const hw::AcceleratorConfig& config,
                    std::vector<uint8_t>& image) const override {
    const int rows = config.grid.rows;
    for (int64_t fold = block.tap_begin; fold < block.tap_end; fold += rows) {
      for (int channel = block.channel_begin; channel < block.channel_end; ++channel) {
        for (int64_t tap = fold + rows - 1; tap >= fold; --tap) {
          weights.append(tap < block.tap_end ? weights.at(channel, tap) : int16_t{0}, image);
        }
      }
    }
  }

  void set_loops(hw::CommandDescriptor& command, const ComputeBlock& block,
                 const hw::AcceleratorConfig& config) const override {
    const hw::GridConfig& grid = config.grid;
    const int channels = block.channel_end - block.channel_begin;
    const int64_t taps = block.tap_end - block.tap_begin;
    command.tiles = static_cast<int32_t>(ceiling(block.pixel_end - block.pixel_begin, grid.used_columns()));
    command.folds = static_cast<int32_t>(ceiling(taps, grid.rows));
    command.last_fold_rows = static_cast<int32_t>(taps - int64_t{command.folds - 1} * grid.rows);
    command.stream = channels;
    command.psum_tile_step = command.tiles > 1 ? channels : 0;
    command.weight_pitch = grid.rows;
    command.weight_tile_reset = 1;
    // Between tiles the head pixel takes one step per column before the next tile's operands can be shifted in.
    command.shift_start = command.tiles > 1 ? std::max(grid.rows - 1, grid.used_columns()) : grid.rows - 1;
    command.period = std::max(command.stream, command.shift_start + grid.rows + 1);
    command.final_period = static_cast<int32_t>(channels + sum_latency(grid));
  }

  std::vector<Step> post_process(const hw::CommandDescriptor& base, const OutputBlock& output,
                                 const hw::AcceleratorConfig& config) const override {
    const int columns = config.grid.used_columns();
    const int channels = output.channel_end - output.channel_begin;
    std::vector<Step> steps;
    int32_t tile = 0;
    for (int64_t pixel = output.pixel_begin; pixel < output.pixel_end; pixel += columns, ++tile) {
      Step step{base, {}, output};
      step.output.pixel_begin = pixel;
      step.output.pixel_end = std::min(pixel + columns, output.pixel_end);
      step.output.buffer_base += (pixel - output.pixel_begin) * output.pixel_stride;
      step.command.rows = channels;
      step.command.lanes = static_cast<int32_t>(step.output.pixel_end - pixel);
      step.command.psum_base = tile * channels;
      step.command.parameter_by_row = 1;
      step.command.output_base = static_cast<int32_t>(step.output.buffer_base);
      step.command.output_row_stride = output.element_bytes;
      step.command.output_lane_stride = static_cast<int32_t>(output.pixel_stride);
      steps.push_back(step);
    }
    return steps;
  }

  std::vector<ProductSpan> products_of(const Step& step, int channel, int64_t pixel,
                                       const hw::GridConfig& grid) const override {
    const ComputeBlock& block = step.compute;
    const int64_t number = pixel - block.pixel_begin;
    std::vector<ProductSpan> spans;
    for (int fold = 0; fold < step.command.folds; ++fold) {
      const FoldPhase where{number / grid.used_columns() * step.command.folds + fold, channel - block.channel_begin};
      const int rows = fold + 1 < step.command.folds ? grid.rows : step.command.last_fold_rows;
      ProductSpan span;
      span.row_first = grid.rows - rows;  // the fold's first tap is in the last row
      span.row_last = grid.rows - 1;
      span.column = grid.column_map.physical(static_cast<int>(number % grid.used_columns()));
      span.tap_last = block.tap_begin + int64_t{fold} * grid.rows;
      span.tap_first = span.tap_last + rows - 1;
      span.cycle_first = cycle_of(where, step.command, grid, span.row_first, span.column);
      span.cycle_last = span.cycle_first + rows - 1;
      spans.push_back(span);
    }
    return spans;
  }

  SumPlace sum_of(const Step& step, int channel, int64_t pixel, const hw::GridConfig& grid) const override {
    const int64_t number = pixel - step.compute.pixel_begin;
    return {step.command.psum_base + static_cast<int>(number / grid.used_columns()) * step.command.psum_tile_step +
                channel - step.compute.channel_begin,
            static_cast<int>(number % grid.used_columns())};
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
    product.channel = block.channel_begin + static_cast<int>(where->phase);
    product.pixel = block.pixel_begin + where->fold / step.command.folds * grid.used_columns() + own;
    product.tap = block.tap_begin + where->fold % step.command.folds * grid.rows + grid.rows - 1 - row;
    return product.pixel < block.pixel_end && product.tap < block.tap_end ? std::optional(product) : std::nullopt;
  }

 private:
  static constexpr int64_t kMostFolds = 65535;
  static constexpr int64_t kLargestStep = 65535;
};

const InputStationaryMapper kMapper;
const DataflowRegistration kRegistration(hw::Dataflow::kInputStationary, kMapper);

}  // namespace
}  // namespace faultline::mapping
