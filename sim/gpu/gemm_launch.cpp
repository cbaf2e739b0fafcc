#include "sim/gpu/gemm_launch.h"

#include <algorithm>

#include "sim/gpu/launch_arguments.h"

namespace faultline::gpu {
namespace {

constexpr int kMostThreads = 256;
/// Bytes of shared memory that one row of A's or B's tile takes: 8 words, and one for the banks.
constexpr int kTileRowBytes = 36;

int64_t ceiling(int64_t count, int64_t unit) {
  return (count + unit - 1) / unit;
}

int shared_bytes(const GemmTile& tile) {
  return (tile.rows + (1 << tile.log2_columns)) * kTileRowBytes;
}

/// True when the multiprocessor can hold one block of the tile.
bool fits(const GemmTile& tile, const hw::gpu::SmConfig& config, const Kernel& kernel) {
  const int warps = (tile.threads() + config.warp_size - 1) / config.warp_size;
  return warps <= config.warps && warps * kernel.registers <= config.register_entries &&
         shared_bytes(tile) <= config.shared_bytes;
}

}  // namespace

GemmTile gemm_tile(const hw::gpu::SmConfig& config, const Kernel& kernel, int64_t rows) {
  GemmTile best{0, 1};
  for (int log2_columns = 0; log2_columns <= 6; ++log2_columns) {
    for (int tile_rows = 1; tile_rows <= 16; tile_rows *= 2) {
      const GemmTile tile{log2_columns, tile_rows};
      const bool wasteful = tile_rows > 1 && tile_rows / 2 >= rows;
      if (wasteful || tile.threads() > kMostThreads || !fits(tile, config, kernel)) {
        continue;
      }
      // Most threads first, then the squarest tile: it reads the least for each product.
      const auto merit = [](const GemmTile& t) {
        return std::pair(t.threads(), -std::abs((1 << t.log2_columns) - t.rows));
      };
      if (merit(tile) > merit(best)) {
        best = tile;
      }
    }
  }
  return best;
}

hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const hw::gpu::SmConfig& config,
                                  const GemmPlacement& placement) {
  const Kernel& kernel = program.kernel("gemm");
  const GemmTile tile = gemm_tile(config, kernel, placement.rows);
  const auto grid_x = static_cast<int>(ceiling(placement.columns, int64_t{1} << tile.log2_columns));
  const auto grid_y = static_cast<int>(ceiling(placement.rows, tile.rows));
  return LaunchArguments(kernel, grid_x, grid_y, tile.threads())
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

}  // namespace faultline::gpu
