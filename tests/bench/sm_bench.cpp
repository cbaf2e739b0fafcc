#include <benchmark/benchmark.h>

#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/kernel_library.h"
#include "tests/support/sm_harness.h"

namespace faultline::gpu {
namespace {

/// Cycles of the core a second while a product keeps 32 warps of 32 threads resident.
void product_with_32_warps(benchmark::State& state) {
  hw::gpu::SmConfig config;
  config.warps = 32;
  config.partitions = static_cast<int>(state.range(0));
  config.register_entries = 2048;
  config.shared_bytes = 96 * 1024;
  config.memory_instructions = 32;
  SmHarness sm(config);
  sm.load(kernel_library());
  GemmPlacement place;
  place.rows = place.columns = place.depth = 128;
  place.a_pitch = place.b_pitch = 128;
  place.b = 65536;
  place.c = 131072;
  place.c_row_step = 512;
  const hw::gpu::KernelLaunch launch = gemm_launch(kernel_library(), config, place);
  uint64_t cycles = 0;
  for (auto _ : state) {
    cycles += sm.run(launch);
  }
  const hw::gpu::SmStatistics& counted = sm.core.statistics();
  state.counters["cycles"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
  state.counters["ipc"] = static_cast<double>(counted.instructions) / static_cast<double>(counted.cycles);
  state.counters["warps"] = static_cast<double>(counted.resident_warp_cycles) / static_cast<double>(counted.cycles);
}
BENCHMARK(product_with_32_warps)->Arg(1)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline::gpu
