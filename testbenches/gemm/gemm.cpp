// A matrix product on the systolic array: C = A B with int8 operands and int32 sums, checked against three loops.
//
//   build/release/testbenches/testbench_gemm
//
// Copy this folder to testbenches/NAME and reconfigure: the build finds it.
#include <systemc>
#include <vector>

#include <fmt/core.h>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/gemm_run.h"

namespace {

/// What the array must give.
std::vector<int32_t> three_loops(const faultline::engine::Gemm& gemm) {
  std::vector<int32_t> c(static_cast<size_t>(gemm.m * gemm.n));
  for (int64_t i = 0; i < gemm.m; ++i) {
    for (int64_t j = 0; j < gemm.n; ++j) {
      for (int64_t k = 0; k < gemm.k; ++k) {
        c[static_cast<size_t>(i * gemm.n + j)] +=
            gemm.a[static_cast<size_t>(i * gemm.k + k)] * gemm.b[static_cast<size_t>(k * gemm.n + j)];
      }
    }
  }
  return c;
}

}  // namespace

int sc_main(int, char**) {
  using namespace faultline;

  // The accelerator: 8 rows, 8 columns, output-stationary, exact multiplier. Everything else has defaults; see
  // hw/systolic/accelerator_config.h for the buffers, the bus and DRAM.
  const hw::AcceleratorConfig config{hw::GridConfig(8, 8, hw::Dataflow::kOutputStationary, hw::Multiplier())};

  // Random operands from a seed; read_gemm() takes them from .npy files instead.
  const engine::Gemm gemm = engine::random_gemm(/*m=*/16, /*k=*/25, /*n=*/6, /*seed=*/1);

  // "cycle" steps the whole grid at once; "structural" has one SystemC module per processing element.
  const engine::GemmResult result = engine::run_gemm(gemm, config, "cycle");

  const bool right = result.c == three_loops(gemm);
  fmt::print("C is {}; {} cycles: {} loading, {} computing, {} draining, {} stalled\n", right ? "right" : "WRONG",
             result.cycles->total(), result.cycles->load, result.cycles->compute, result.cycles->drain,
             result.cycles->stall);
  return right ? 0 : 1;
}
