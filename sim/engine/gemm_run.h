#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

/// C = A B with int8 operands and int32 results, all row-major. A's elements are the multiplier's first operand.
struct Gemm {
  int64_t m = 0;  ///< rows of A and C
  int64_t k = 0;  ///< columns of A, rows of B
  int64_t n = 0;  ///< columns of B and C
  std::vector<int8_t> a;
  std::vector<int8_t> b;
};

/// A product of random operands, uniform over all codes. Throws UserError unless m and n are in [1, 2^20] and k in
/// [1, 65536].
Gemm random_gemm(int64_t m, int64_t k, int64_t n, uint64_t seed);

/// Reads two int8 .npy files of shapes (m, k) and (k, n). Throws UserError.
Gemm read_gemm(const std::string& a_file, const std::string& b_file);

/// What came of a GEMM.
struct GemmResult {
  std::vector<int32_t> c;
  std::string output_sha256;  ///< of c as little-endian int32, in hexadecimal
  uint64_t folds = 0;         ///< of all compute commands: how often the array gets new stationary operands or sums
  std::optional<CycleCounts> cycles;  ///< where the engine has a clock
  double wall_s = 0;
};

/// Runs a GEMM as one raw layer. Throws UserError when the engine is unknown or the product does not fit.
GemmResult run_gemm(const Gemm& gemm, const hw::AcceleratorConfig& config, const std::string& engine);

}  // namespace faultline::engine
