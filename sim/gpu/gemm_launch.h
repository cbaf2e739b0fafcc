#pragma once

#include <cstdint>

#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/sm_config.h"
#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// Where the operands and results of a product lie in global memory. C[row][column] = sum over k of
/// M(A[row][k], B[column][k]).
struct GemmPlacement {
  int64_t rows = 1, columns = 1, depth = 1;
  int64_t a = 0,
          a_pitch = 4;  ///< address and bytes between rows, both multiples of 4; a_pitch >= depth rounded up to 4
  int64_t b = 0, b_pitch = 4;
  int64_t c = 0, c_row_step = 4, c_column_step = 4;  ///< in bytes
};

/// What a block of threads makes: a tile of rows x columns of C, one sum per thread.
struct GemmTile {
  int log2_columns = 3;
  int rows = 8;
  /// The kernel gemm_double_buffered, which takes tiles of at least 8 rows and columns, instead of gemm.
  bool double_buffered = false;

  int threads() const { return rows << log2_columns; }
  const char* kernel() const { return double_buffered ? "gemm_double_buffered" : "gemm"; }
};

/// The tile for a product of `rows` rows: as many threads as registers, warps and shared memory allow, at most 256, and
/// no more rows than the product has; double-buffered where it can be. Throws UserError when not even one thread fits.
GemmTile gemm_tile(const KernelProgram& program, const hw::gpu::SmConfig& config, int64_t rows);

/// The launch of a product with this tile.
hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const GemmTile& tile, const GemmPlacement& placement);

/// The launch with the tile that gemm_tile() chooses.
hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const hw::gpu::SmConfig& config,
                                  const GemmPlacement& placement);

}  // namespace faultline::gpu
