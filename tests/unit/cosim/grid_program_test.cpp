// What the random programs of `faultline cosim` put a grid through: sums that wrap in both directions, and the largest
// product, in every dataflow.
#include "sim/cosim/grid_program.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/systolic/grid_factory.h"
#include "hw/systolic/grid_state.h"
#include "sim/cosim/grid_lockstep.h"
#include "sim/cosim/random_values.h"

namespace faultline::cosim {
namespace {

constexpr uint64_t kSeed = 1;
constexpr uint64_t kPrograms = 100;
constexpr int64_t kLargestProduct = 128 * 128;

/// Counts what happens between the states of two cycles of one program.
class SumCounter {
 public:
  SumCounter(const hw::GridConfig& config, const hw::StateTable& table)
      : rows_(static_cast<size_t>(config.rows)),
        columns_(static_cast<size_t>(config.columns)),
        accumulates_(config.dataflow == hw::Dataflow::kOutputStationary),
        table_(table),
        sums_(table.field_index(accumulates_ ? "array.pe[*][*].accumulator" : "array.pe[*][*].psum")),
        products_(table.field_index("array.pe[*][*].product")) {}

  /// `start` holds the registers that the program begins with.
  void begin_program(const hw::StateTable& start) { before_ = sums_of(start); }
  void observe() {
    const std::vector<int64_t> now = sums_of(table_);
    for (size_t element = 0; element < now.size(); ++element) {
      largest += static_cast<int16_t>(table_.peek({products_, element})) == kLargestProduct ? 1 : 0;
    }
    for (size_t element = accumulates_ ? 0 : columns_; element < now.size(); ++element) {
      const int64_t before = before_[accumulates_ ? element : element - columns_];
      const int64_t change = now[element] - before;
      const bool upwards = before > INT32_MAX - kLargestProduct && change < INT32_MIN;
      const bool downwards = before < INT32_MIN + kLargestProduct && change > INT32_MAX;
      upward_wraps += upwards ? 1 : 0;
      downward_wraps += downwards ? 1 : 0;
    }
    before_ = now;
  }

  int upward_wraps = 0;
  int downward_wraps = 0;
  int largest = 0;

 private:
  std::vector<int64_t> sums_of(const hw::StateTable& table) const {
    std::vector<int64_t> sums;
    for (size_t element = 0; element < rows_ * columns_; ++element) {
      sums.push_back(static_cast<int32_t>(table.peek({sums_, element})));
    }
    return sums;
  }

  size_t rows_;
  size_t columns_;
  bool accumulates_;
  const hw::StateTable& table_;
  size_t sums_;
  size_t products_;
  std::vector<int64_t> before_;
};

class GridProgramTest : public testing::TestWithParam<hw::Dataflow> {};

TEST_P(GridProgramTest, WrapsSumsInBothDirections) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const hw::GridConfig config(3, 3, GetParam(), hw::Multiplier());
  GridLockstep lockstep(config, {"cycle", hw::grid_maker("cycle"), {}},
                        {"structural", hw::grid_maker("structural"), {}});
  SumCounter counter(config, lockstep.reference());
  for (uint64_t number = 0; number < kPrograms; ++number) {
    const GridProgram program = random_program(config, kSeed, number);
    hw::StateTable start;
    const hw::GridState fields(config, start, [](size_t) { return uint64_t{0}; });
    if (program.registers) {
      hw::CounterRandom registers = *program.registers;
      randomise_registers(start, registers);
    }
    counter.begin_program(start);
    const auto divergence = lockstep.run(program, {}, [&counter](uint64_t) { counter.observe(); });
    ASSERT_FALSE(divergence) << divergence->text();
  }
  constexpr int kEnough = 5;
  EXPECT_GE(counter.upward_wraps, kEnough);
  EXPECT_GE(counter.downward_wraps, kEnough);
  EXPECT_GE(counter.largest, kEnough);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, GridProgramTest,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& parameter) { return hw::to_string(parameter.param); });

}  // namespace
}  // namespace faultline::cosim
