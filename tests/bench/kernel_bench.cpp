// Multiplications per second of the matrix kernels on each target that this processor has, one thread. Arguments: rows,
// taps, lanes.
#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
// The kernels have this target too; without the macro it is not listed.
#define HWY_WANT_AVX3_DL
#include <hwy/targets.h>

#include "sim/engine/exact_kernel.h"
#include "sim/engine/table_kernel.h"

namespace faultline {
namespace {

struct Shape {
  explicit Shape(const benchmark::State& state)
      : rows(static_cast<size_t>(state.range(0))),
        taps(static_cast<size_t>(state.range(1))),
        lanes(static_cast<size_t>(state.range(2))) {}
  size_t rows, taps, lanes;
};

std::vector<int8_t> random_codes(size_t count) {
  std::mt19937 random(1);
  std::vector<int8_t> codes(count);
  for (int8_t& code : codes) {
    code = static_cast<int8_t>(random());
  }
  return codes;
}

void report(benchmark::State& state, const Shape& shape) {
  state.counters["mac"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(shape.rows * shape.taps * shape.lanes),
      benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

void exact(benchmark::State& state, int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  const Shape shape(state);
  const size_t depth = engine::exact_kernel::groups(shape.taps);
  std::vector<int32_t> rows(shape.rows * depth);
  const std::vector<int8_t> weights = random_codes(shape.rows * shape.taps);
  for (size_t row = 0; row < shape.rows; ++row) {
    engine::exact_kernel::pack_row(weights.data() + row * shape.taps, shape.taps, rows.data() + row * depth);
  }
  std::vector<int32_t> lanes(depth * shape.lanes);
  engine::exact_kernel::pack_lanes(random_codes(shape.taps * shape.lanes).data(), shape.taps, shape.lanes,
                                   lanes.data());
  std::vector<int32_t> sums(shape.rows * shape.lanes);
  for (auto iteration : state) {
    (void)iteration;
    engine::exact_kernel::accumulate(rows.data(), shape.rows, lanes.data(), shape.lanes, depth, sums.data());
    benchmark::ClobberMemory();
  }
  report(state, shape);
  hwy::SetSupportedTargetsForTest(0);
}

/// `one_row`: all weights are equal, so that the products of a row's operand stay in the first-level cache.
void run_table(benchmark::State& state, int64_t target, bool one_row) {
  hwy::SetSupportedTargetsForTest(target);
  const Shape shape(state);
  std::mt19937 random(2);
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (int16_t& product : *products) {
    product = static_cast<int16_t>(random());
  }
  const engine::TableKernel kernel({"random", *products}, engine::TableKernel::Rows::kWeights);
  const size_t weight_count = shape.rows * shape.taps;
  const std::vector<int8_t> weights = one_row ? std::vector<int8_t>(weight_count) : random_codes(weight_count);
  const std::vector<int8_t> operands = random_codes(shape.taps * shape.lanes);
  std::vector<int32_t> sums(shape.rows * shape.lanes);
  for (auto iteration : state) {
    (void)iteration;
    kernel.accumulate(reinterpret_cast<const uint8_t*>(weights.data()), shape.rows,
                      reinterpret_cast<const uint8_t*>(operands.data()), shape.lanes, shape.taps, sums.data());
    benchmark::ClobberMemory();
  }
  report(state, shape);
  hwy::SetSupportedTargetsForTest(0);
}

void table(benchmark::State& state, int64_t target) {
  run_table(state, target, false);
}
void table_one_row(benchmark::State& state, int64_t target) {
  run_table(state, target, true);
}

const bool kRegistered = [] {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const std::string name = hwy::TargetName(target);
    for (const auto& [kernel, run] : {std::pair("exact/", exact), std::pair("table/", table)}) {
      benchmark::RegisterBenchmark((kernel + name).c_str(), run, target)
          ->ArgNames({"rows", "taps", "lanes"})
          ->Args({256, 256, 256})
          ->Args({64, 1152, 768})
          ->Args({16, 25, 832});
    }
    // All data in the first-level cache: what the mix of instructions can reach.
    benchmark::RegisterBenchmark(("exact_peak/" + name).c_str(), exact, target)->Args({32, 256, 32});
    benchmark::RegisterBenchmark(("table_peak/" + name).c_str(), table_one_row, target)->Args({32, 64, 256});
  }
  return true;
}();

}  // namespace
}  // namespace faultline
