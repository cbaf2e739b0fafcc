#include <algorithm>

#include "sim/mapping/compute_timing.h"
#include "sim/mapping/dataflow_mapper.h"

namespace faultline::mapping {
namespace {

/// Tiles over pixels by rows; taps stream; one command per tile of output channels. Partial-sum row: pixel.
class OutputStationaryMapper : public DataflowMapper {
 public:
  Tiling tiling(const MatrixShape& shape, const hw::AcceleratorConfig& config) const override {
    const int64_t rows = config.grid.rows;
    Tiling tiling;
    tiling.channels = std::min({config.grid.used_columns(), shape.channels, shape.most_channels});
    const int64_t held = weights_held(config);
    if (held < tiling.channels) {
      fail_to_fit(shape.layer, "the weights of one tap", tiling.channels * config.grid.format().operand_bytes(),
                  config.weight_buffer_bytes, "weight_buffer_bytes");
    }
    tiling.taps = std::min({shape.taps, held / tiling.channels, kMostTaps});
    tiling.pixels = std::min(config.psum_rows / rows, kMostTiles) * rows;
    return tiling;
  }

  void pack_weights(const WeightMatrix& weights, const ComputeBlock& block, const hw::AcceleratorConfig&,
                    std::vector<uint8_t>& image) const override {
    for (int64_t tap = block.tap_begin; tap < block.tap_end; ++tap) {
      for (int channel = block.channel_begin; channel < block.channel_end; ++channel) {
        weights.append(weights.at(channel, tap), image);
      }
    }
  }

  void set_loops(hw::CommandDescriptor& command, const ComputeBlock& block,
                 const hw::AcceleratorConfig& config) const override {
    const hw::GridConfig& grid = config.grid;
    const auto taps = static_cast<int32_t>(block.tap_end - block.tap_begin);
    command.tiles = static_cast<int32_t>(ceiling(block.pixel_end - block.pixel_begin, grid.rows));
    command.folds = 1;
    command.last_fold_rows = grid.rows;
    command.stream = taps;
    command.psum_tile_step = command.tiles > 1 ? grid.rows : 0;
    command.weight_pitch = block.channel_end - block.channel_begin;
    command.weight_tile_reset = 1;
    command.period = taps - 1 + 2 * grid.rows;
    command.final_period = static_cast<int32_t>(taps - 1 + grid.rows + sum_latency(grid));
  }

  std::vector<Step> post_process(const hw::CommandDescriptor& base, const OutputBlock& output,
                                 const hw::AcceleratorConfig&) const override {
    Step step{base, {}, output};
    step.command.rows = static_cast<int32_t>(output.pixel_end - output.pixel_begin);
    step.command.lanes = output.channel_end - output.channel_begin;
    step.command.output_base = static_cast<int32_t>(output.buffer_base);
    step.command.output_row_stride = static_cast<int32_t>(output.pixel_stride);
    step.command.output_lane_stride = output.element_bytes;
    return {step};
  }

  std::vector<ProductSpan> products_of(const Step& step, int channel, int64_t pixel,
                                       const hw::GridConfig& grid) const override {
    const ComputeBlock& block = step.compute;
    const int64_t number = pixel - block.pixel_begin;
    ProductSpan span;
    span.row_first = span.row_last = static_cast<int>(number % grid.rows);
    span.column = grid.column_map.physical(channel - block.channel_begin);
    span.tap_first = block.tap_begin;
    span.tap_last = block.tap_end - 1;
    span.cycle_first = cycle_of({number / grid.rows, 0}, step.command, grid, span.row_first, span.column);
    span.cycle_last = span.cycle_first + step.command.stream - 1;
    return {span};
  }

  SumPlace sum_of(const Step& step, int channel, int64_t pixel, const hw::GridConfig&) const override {
    return {step.command.psum_base + static_cast<int>(pixel - step.compute.pixel_begin),
            channel - step.compute.channel_begin};
  }

  std::optional<Product> product_at(const Step& step, int row, int column, int64_t cycle,
                                    const hw::GridConfig& grid) const override {
    const auto where = fold_phase_at(step.command, grid, row, column, cycle);
    const int own = grid.column_map.logical(column);
    if (!where || own == hw::ColumnMap::kUnused) {
      return std::nullopt;
    }
    const ComputeBlock& block = step.compute;
    const Product product{block.channel_begin + own, block.pixel_begin + where->fold * grid.rows + row,
                          block.tap_begin + where->phase};
    return product.channel < block.channel_end && product.pixel < block.pixel_end ? std::optional(product)
                                                                                  : std::nullopt;
  }

 private:
  static constexpr int64_t kMostTaps = int64_t{1} << 23;  // periods are 24-bit registers
  static constexpr int64_t kMostTiles = 65535;
};

const OutputStationaryMapper kMapper;
const DataflowRegistration kRegistration(hw::Dataflow::kOutputStationary, kMapper);

}  // namespace
}  // namespace faultline::mapping
