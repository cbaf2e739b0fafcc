#include "sim/gpu/gemm_launch.h"

#include <cstdlib>
#include <optional>
#include <tuple>

#include "sim/config/user_error.h"
#include "sim/gpu/launch_arguments.h"

namespace faultline::gpu {
namespace {

constexpr int kMostThreadsOfTile = 256;
constexpr int kStepWords = 8;  // of a row that a step copies
/// Bytes of shared memory that one row of A's or B's tile takes: 8 words, and one for the banks.
constexpr int kTileRowBytes = 36;

int64_t ceiling(int64_t count, int64_t unit) {
  return (count + unit - 1) / unit;
}

int shared_bytes(const GemmTile& tile) {
  return (tile.rows + (1 << tile.log2_columns)) * kTileRowBytes * (tile.double_buffered ? 2 : 1);
}

/// True when the multiprocessor can hold one block of the tile and the kernel can make it.
bool fits(const GemmTile& tile, const hw::gpu::SmConfig& config, const Kernel& kernel) {
  const int warps = (tile.threads() + config.warp_size - 1) / config.warp_size;
  const bool every_word_copied = tile.rows >= kStepWords && (1 << tile.log2_columns) >= kStepWords;
  return tile.threads() <= kMostThreadsOfTile && warps <= config.warps &&
         warps * kernel.registers <= config.register_entries && shared_bytes(tile) <= config.shared_bytes &&
         (every_word_copied || !tile.double_buffered);
}

/// Most threads first, then the squarest tile, which reads the least for each product, then two buffers.
auto merit(const GemmTile& tile) {
  return std::tuple(tile.threads(), -std::abs((1 << tile.log2_columns) - tile.rows), tile.double_buffered);
}

}  // namespace

GemmTile gemm_tile(const KernelProgram& program, const hw::gpu::SmConfig& config, int64_t rows) {
  std::optional<GemmTile> best;
  for (int log2_columns = 0; log2_columns <= 6; ++log2_columns) {
    for (int tile_rows = 1; tile_rows <= 16 && (tile_rows == 1 || tile_rows / 2 < rows); tile_rows *= 2) {
      for (const bool double_buffered : {false, true}) {
        const GemmTile tile{log2_columns, tile_rows, double_buffered};
        if (fits(tile, config, program.kernel(tile.kernel())) && (!best || merit(tile) > merit(*best))) {
          best = tile;
        }
      }
    }
  }
  if (!best) {
    throw UserError("accelerator", 0, "no thread of kernel gemm fits the multiprocessor",
                    "raise register_entries and shared_bytes");
  }
  return *best;
}

hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const GemmTile& tile, const GemmPlacement& placement) {
  const auto grid_x = static_cast<int>(ceiling(placement.columns, int64_t{1} << tile.log2_columns));
  const auto grid_y = static_cast<int>(ceiling(placement.rows, tile.rows));
  return LaunchArguments(program.kernel(tile.kernel()), grid_x, grid_y, tile.threads())
      .set("a", placement.a)
      .set("a_pitch", placement.a_pitch)
      .set("b", placement.b)
      .set("b_pitch", placement.b_pitch)
      .set("c", placement.c)
      .set("c_row_step", placement.c_row_step)
      .set("c_column_step", placement.c_column_step)
      .set("rows", placement.rows)
      .set("columns", placement.columns)
      .set("k_words", placement.depth / 4)
      .set("k_tail", placement.depth % 4)
      .set("log2_tile_columns", tile.log2_columns)
      .set("tile_rows", tile.rows)
      .shared_bytes(shared_bytes(tile))
      .launch();
}

hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const hw::gpu::SmConfig& config,
                                  const GemmPlacement& placement) {
  return gemm_launch(program, gemm_tile(program, config, placement.rows), placement);
}

}  // namespace faultline::gpu
