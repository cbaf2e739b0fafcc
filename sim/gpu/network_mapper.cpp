#include "sim/gpu/network_mapper.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/launch_arguments.h"
#include "sim/gpu/window_tables.h"

namespace faultline::gpu {
namespace {

constexpr int kMostThreadsOfBlock = 128;
constexpr int kWordsPerRow = 8;  // words of a matrix row that a block of im2col makes: its threads are 8 wide

int64_t round_up(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Scratch memory that all layers share.
struct Regions {
  int64_t input = 0, output = 0, matrix = 0, sums = 0;
};

/// What a layer needs of the shared regions, in bytes.
struct Needs {
  int64_t input = 0, output = 0, matrix = 0, sums = 0;

  void enlarge(const Needs& other) {
    input = std::max(input, other.input);
    output = std::max(output, other.output);
    matrix = std::max(matrix, other.matrix);
    sums = std::max(sums, other.sums);
  }
};

void append_word(std::vector<uint8_t>& bytes, int64_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> shift));
  }
}

/// Threads of a block of a kernel with one thread per element.
int block_threads(const hw::gpu::SmConfig& config, const Kernel& kernel) {
  const int warps = std::min(config.warps, config.register_entries / kernel.registers);
  const int threads = std::min(kMostThreadsOfBlock, warps * config.warp_size);
  if (threads < kWordsPerRow) {
    throw UserError("accelerator", 0,
                    fmt::format("kernel {} needs {} register entries for {} threads", kernel.name,
                                kernel.registers * (kWordsPerRow / config.warp_size), kWordsPerRow),
                    "raise register_entries or warps");
  }
  return threads / kWordsPerRow * kWordsPerRow;
}

class Mapper {
 public:
  Mapper(const model::Network& network, const hw::gpu::SmConfig& config, const KernelProgram& program)
      : network_(network), config_(config), program_(program) {}

  NetworkPlan run() {
    Needs needs;
    for (const auto& step : network_.operators) {
      needs.enlarge(needs_of(*step));
    }
    regions_.input = memory_.reserve(needs.input);
    regions_.output = memory_.reserve(needs.output);
    regions_.matrix = memory_.reserve(needs.matrix);
    regions_.sums = memory_.reserve(needs.sums);
    for (size_t index = 0; index < network_.operators.size(); ++index) {
      map_operator(index);
    }
    if (memory_.end() > config_.global_bytes) {
      throw UserError(network_.file, 0,
                      fmt::format("needs {} bytes of global memory, {} are there", memory_.end(), config_.global_bytes),
                      "raise global_bytes in the accelerator file");
    }
    return std::move(plan_);
  }

 private:
  static const model::MatrixOperator* as_matrix(const model::Operator& step) {
    return dynamic_cast<const model::MatrixOperator*>(&step);
  }
  static const model::PoolingOperator* as_pooling(const model::Operator& step) {
    return dynamic_cast<const model::PoolingOperator*>(&step);
  }

  static int64_t depth(const model::MatrixOperator& layer) { return int64_t{layer.planes} * layer.geometry.taps(); }
  static int64_t pitch(const model::MatrixOperator& layer) { return round_up(depth(layer), 4); }

  /// The input's rows are the matrix: each pixel reads consecutive bytes that begin on a word.
  static bool input_is_matrix(const model::MatrixOperator& layer) {
    const model::ConvolutionGeometry& g = layer.geometry;
    const bool one_tap = g.kernel_height == 1 && g.kernel_width == 1 && g.stride_x == 1 && g.stride_y == 1 &&
                         g.pad_top == 0 && g.pad_left == 0 && g.groups == 1 && layer.planes == 1 &&
                         g.in_height == g.out_height && g.in_width == g.out_width;
    const bool rows_together = layer.layout == model::Layout::kChannelsLast && g.in_channels % 4 == 0;
    return one_tap && (rows_together || g.pixels() == 1);
  }

  static int64_t inputs(const model::ConvolutionGeometry& g) {
    return int64_t{g.in_channels} * g.in_height * g.in_width;
  }
  static int64_t outputs(const model::ConvolutionGeometry& g) { return int64_t{g.out_channels} * g.pixels(); }

  static Needs needs_of(const model::Operator& step) {
    if (const auto* layer = as_matrix(step)) {
      const int64_t sums = 4 * outputs(layer->geometry);
      const int64_t matrix = input_is_matrix(*layer) ? 0 : pitch(*layer) * layer->geometry.pixels();
      return {round_up(inputs(layer->geometry), 4), sums, matrix, sums};
    }
    if (const auto* pooling = as_pooling(step)) {
      const int64_t sums = 4 * outputs(pooling->geometry);
      return {round_up(inputs(pooling->geometry), 4), sums, 0, sums};
    }
    return {};
  }

  void map_operator(size_t index) {
    const model::Operator& step = *network_.operators[index];
    LayerPlan plan;
    plan.operator_index = index;
    plan.name = step.name;
    plan.input = regions_.input;
    plan.output = regions_.output;
    try {
      if (const auto* layer = as_matrix(step)) {
        map_matrix(*layer, plan);
      } else if (const auto* pooling = as_pooling(step)) {
        map_pooling(*pooling, plan);
      } else {
        return;
      }
    } catch (const std::length_error& error) {
      throw UserError(network_.file, 0, fmt::format("layer {}: {}", step.name, error.what()),
                      "use a network with smaller layers");
    }
    plan_.layers.push_back(std::move(plan));
  }

  int64_t constant(std::vector<uint8_t> bytes) {
    const int64_t address = memory_.reserve(static_cast<int64_t>(bytes.size()));
    plan_.constants.push_back({address, std::move(bytes)});
    return address;
  }

  void map_matrix(const model::MatrixOperator& layer, LayerPlan& plan) {
    const model::ConvolutionGeometry& g = layer.geometry;
    plan.macs = static_cast<uint64_t>(depth(layer)) * static_cast<uint64_t>(outputs(g));
    plan.input_bytes = inputs(g);
    plan.raw = layer.post.raw();
    plan.output_bytes = outputs(g) * (plan.raw ? 4 : 1);
    plan.looks_up = !layer.post.table.empty();
    plan.sums = regions_.sums;
    plan.sums_bytes = 4 * outputs(g);
    const int64_t weights = constant(packed_weights(layer));
    const bool direct = input_is_matrix(layer);
    const WindowTables tables = direct ? WindowTables{} : window_tables(g, layer.layout, layer.planes);
    const int64_t pixel_table = direct ? 0 : constant(tables.pixels);
    const int64_t tap_table = direct ? 0 : constant(tables.taps);
    const bool last = layer.layout == model::Layout::kChannelsLast;
    const int64_t channel_step = last ? 1 : g.pixels();
    const int64_t pixel_step = last ? g.out_channels : 1;
    for (int group = 0; group < g.groups; ++group) {
      const int64_t group_input =
          int64_t{group} * g.group_in_channels() * (last ? 1 : int64_t{g.in_height} * g.in_width);
      if (!direct) {
        plan.launches.push_back({gather(layer, regions_.input + group_input, pixel_table, tap_table), Phase::kGather});
      }
      GemmPlacement place;
      place.rows = g.pixels();
      place.columns = g.group_out_channels();
      place.depth = depth(layer);
      place.a = direct ? regions_.input : regions_.matrix;
      place.a_pitch = pitch(layer);
      place.b = weights + int64_t{group} * g.group_out_channels() * pitch(layer);
      place.b_pitch = pitch(layer);
      place.c = regions_.sums + 4 * int64_t{group} * g.group_out_channels() * channel_step;
      place.c_row_step = 4 * pixel_step;
      place.c_column_step = 4 * channel_step;
      plan.launches.push_back({gemm_launch(program_, config_, place), Phase::kMultiply});
    }
    plan.launches.push_back({requantise(layer.post, g, channel_step, pixel_step), Phase::kFinish});
  }

  /// A row of B for each output channel: the taps of every plane, one plane after another.
  static std::vector<uint8_t> packed_weights(const model::MatrixOperator& layer) {
    const auto taps = static_cast<size_t>(layer.geometry.taps());
    const auto channels = static_cast<size_t>(layer.geometry.out_channels);
    const auto row = static_cast<size_t>(pitch(layer));
    std::vector<uint8_t> bytes(channels * row);
    for (size_t plane = 0; plane < static_cast<size_t>(layer.planes); ++plane) {
      for (size_t channel = 0; channel < channels; ++channel) {
        for (size_t tap = 0; tap < taps; ++tap) {
          bytes[channel * row + plane * taps + tap] =
              static_cast<uint8_t>(layer.weights[(plane * channels + channel) * taps + tap]);
        }
      }
    }
    return bytes;
  }

  hw::gpu::KernelLaunch gather(const model::MatrixOperator& layer, int64_t input, int64_t pixel_table,
                               int64_t tap_table) const {
    const model::ConvolutionGeometry& g = layer.geometry;
    const Kernel& kernel = program_.kernel("im2col");
    const int threads = block_threads(config_, kernel);
    const auto grid_x = static_cast<int>(round_up(pitch(layer) / 4, kWordsPerRow) / kWordsPerRow);
    const auto grid_y = static_cast<int>(round_up(g.pixels(), threads / kWordsPerRow) / (threads / kWordsPerRow));
    return LaunchArguments(kernel, grid_x, grid_y, threads)
        .set("input", input)
        .set("output", regions_.matrix)
        .set("pitch", pitch(layer))
        .set("pixel_table", pixel_table)
        .set("tap_table", tap_table)
        .set("pixels", g.pixels())
        .set("taps", depth(layer))
        .set("height", g.in_height)
        .set("width", g.in_width)
        .set("pad_value", layer.pad_value)
        .launch();
  }

  hw::gpu::KernelLaunch requantise(const model::PostProcessing& post, const model::ConvolutionGeometry& g,
                                   int64_t channel_step, int64_t pixel_step) {
    std::vector<uint8_t> constants;
    for (size_t channel = 0; channel < static_cast<size_t>(g.out_channels); ++channel) {
      const hw::FixedPointFactor factor = post.raw() ? hw::FixedPointFactor{} : post.factor[channel];
      append_word(constants, post.bias[channel]);
      append_word(constants, factor.multiplier);
      append_word(constants, post.residue.empty() ? 0 : post.residue[channel]);
      append_word(constants, factor.shift);
    }
    std::vector<uint8_t> table(post.table.size());
    std::transform(post.table.begin(), post.table.end(), table.begin(),
                   [](int8_t c) { return static_cast<uint8_t>(c); });
    const Kernel& kernel = program_.kernel("requantise");
    const int threads = block_threads(config_, kernel);
    return LaunchArguments(kernel, static_cast<int>(round_up(g.pixels(), threads) / threads), g.out_channels, threads)
        .set("sums", regions_.sums)
        .set("output", regions_.output)
        .set("pixels", g.pixels())
        .set("channel_step", channel_step)
        .set("pixel_step", pixel_step)
        .set("constants", constant(std::move(constants)))
        .set("raw", post.raw() ? 1 : 0)
        .set("zero_point", post.zero_point)
        .set("low", post.low)
        .set("high", post.high)
        .set("table", table.empty() ? 0 : constant(std::move(table)))
        .launch();
  }

  void map_pooling(const model::PoolingOperator& layer, LayerPlan& plan) {
    const model::ConvolutionGeometry& g = layer.geometry;
    const bool maximum = layer.pooling == model::PoolingKind::kMaximum;
    plan.input_bytes = inputs(g);
    plan.raw = !maximum && layer.post.raw();
    plan.output_bytes = outputs(g) * (plan.raw ? 4 : 1);
    const WindowTables tables = window_tables(g, model::Layout::kChannelsFirst, 1);
    const Kernel& kernel = program_.kernel(maximum ? "max_pool" : "sum_pool");
    const int threads = block_threads(config_, kernel);
    LaunchArguments arguments(kernel, static_cast<int>(round_up(g.pixels(), threads) / threads), g.out_channels,
                              threads);
    arguments.set("input", regions_.input)
        .set("output", maximum ? regions_.output : regions_.sums)
        .set("pixel_table", constant(tables.pixels))
        .set("tap_table", constant(tables.taps))
        .set("pixels", g.pixels())
        .set("taps", int64_t{g.kernel_height} * g.kernel_width)
        .set("height", g.in_height)
        .set("width", g.in_width);
    if (!maximum) {
      arguments.set("pad_value", layer.pad_value);
    }
    plan.launches.push_back({arguments.launch(), Phase::kFinish});
    if (!maximum) {
      plan.looks_up = !layer.post.table.empty();
      plan.sums = regions_.sums;
      plan.sums_bytes = 4 * outputs(g);
      plan.launches.push_back({requantise(layer.post, g, g.pixels(), 1), Phase::kFinish});
    }
  }

  const model::Network& network_;
  const hw::gpu::SmConfig& config_;
  const KernelProgram& program_;
  MemoryLayout memory_;
  Regions regions_;
  NetworkPlan plan_;
};

}  // namespace

NetworkPlan map_network(const model::Network& network, const hw::gpu::SmConfig& config, const KernelProgram& program) {
  return Mapper(network, config, program).run();
}

}  // namespace faultline::gpu
