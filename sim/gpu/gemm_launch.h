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

/// Threads of the blocks that a machine's GEMM uses: a tile of columns x rows with one thread each.
struct GemmTile {
  int log2_columns = 3;
  int rows = 8;
  int threads() const { return rows << log2_columns; }
};

/// The tile for a product on a multiprocessor: as many threads as `warps` and shared memory allow, at most 256, and no
/// more rows than the product has.
GemmTile gemm_tile(const hw::gpu::SmConfig& config, const Kernel& kernel, int64_t rows);

/// The launch of the kernel "gemm" of `program`.
hw::gpu::KernelLaunch gemm_launch(const KernelProgram& program, const hw::gpu::SmConfig& config,
                                  const GemmPlacement& placement);

}  // namespace faultline::gpu
