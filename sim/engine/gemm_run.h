#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/inference_engine.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

/// C = A B with int8 operands and int32 results, or operands of 12 or 16 bits and results of 48, all row-major. A's
/// elements are the multiplier's first operand.
struct Gemm {
  int64_t m = 0;  ///< rows of A and C
  int64_t k = 0;  ///< columns of A, rows of B
  int64_t n = 0;  ///< columns of B and C
  std::vector<int8_t> a;
  std::vector<int8_t> b;
  hw::OperandFormat format = {};
  std::vector<int16_t> wide_a, wide_b;  ///< instead of a and b where operands are wide
};

/// A product of random operands, uniform over all codes of the format. Throws UserError unless m and n are in [1, 2^20]
/// and k in [1, 65536].
Gemm random_gemm(int64_t m, int64_t k, int64_t n, uint64_t seed, hw::OperandFormat format = {});

/// Reads two .npy files of shapes (m, k) and (k, n), int8 or, for wide operands, int16. Throws UserError.
Gemm read_gemm(const std::string& a_file, const std::string& b_file, hw::OperandFormat format = {});

/// What came of a GEMM.
struct GemmResult {
  std::vector<int32_t> c;
  std::vector<int64_t> wide_c;  ///< instead of c where operands are wide
  std::string output_sha256;    ///< of c as little-endian int32, or wide_c as int64, in hexadecimal
  /// Of all compute commands of a systolic array: how often it gets new stationary operands or sums.
  std::optional<uint64_t> folds;
  /// What else the machine counted, by name.
  using Figure = std::pair<std::string, std::variant<uint64_t, double>>;
  std::vector<Figure> figures;
  std::optional<CycleCounts> cycles;  ///< where the engine has a clock
  double wall_s = 0;
};

/// The product as a network of one raw layer whose pixels are the rows of A and whose output channels are the columns
/// of B.
std::shared_ptr<const model::Network> gemm_network(const Gemm& gemm);

/// Runs the network of a GEMM, without figures of the machine.
GemmResult timed_gemm(const Gemm& gemm, const Inference& inference);

/// Runs a GEMM as one raw layer on a systolic array. Throws UserError when the engine is unknown or the product does
/// not fit.
GemmResult run_gemm(const Gemm& gemm, const hw::AcceleratorConfig& config, const std::string& engine);

}  // namespace faultline::engine
