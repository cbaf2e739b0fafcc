// Deliberately broken grids, each by one change to the generated text: the comparison with the cycle grid must catch
// every one and name the cycle, the signal and both values.
#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "rtl/verilated/rtl_grid.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/changed_design.h"
#include "tests/support/grid_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;

constexpr uint64_t kCycles = 500;
constexpr uint64_t kCyclesBetweenStates = 10;

struct Mutant {
  const char* name;
  Dataflow dataflow;
  const char* file;
  const char* before;
  const char* after;
  const char* signal;  ///< what the name of the first signal that differs contains
};

std::ostream& operator<<(std::ostream& out, const Mutant& mutant) {
  return out << mutant.name;
}

constexpr Dataflow kWs = Dataflow::kWeightStationary;
constexpr Dataflow kOs = Dataflow::kOutputStationary;
constexpr Dataflow kIs = Dataflow::kInputStationary;
constexpr const char* kElement = "systolic_pe.sv";
constexpr const char* kGrid = "systolic_grid.sv";
constexpr const char* kMultiplier = "systolic_multiplier.sv";

const Mutant kMutants[] = {
    {"subtracts", kWs, kElement, "psum_in + (", "psum_in - (", ".psum"},
    {"ignores_the_held_valid", kWs, kElement, "activation_valid_in && weight_valid ?", "activation_valid_in ?",
     ".psum"},
    {"ignores_the_moving_valid", kIs, kElement, "weight_valid_in && activation_valid ?", "activation_valid ?", ".psum"},
    {"extends_the_product_by_zeros", kWs, kElement, "32'(product)", "32'($unsigned(product))", ".psum"},
    {"loads_a_cycle_late", kWs, kElement, "if (load_in)", "if (load)", ".weight"},
    {"shifts_always", kIs, kElement, "if (shift)", "if (shift || !reset)", ".activation_next"},
    {"drops_valid_on_load", kIs, kElement, "activation_valid <= activation_next_valid;", "activation_valid <= 1'b1;",
     ".activation_valid"},
    {"multiplies_without_a_sign", kWs, kMultiplier, "= activation * weight;", "= 16'($unsigned(activation)) * weight;",
     ".psum"},
    {"truncates_the_product", kOs, kMultiplier, "= activation * weight;", "= (activation * weight) & 16'shfffe;",
     ".product"},
    {"skews_shift_by_a_column", kWs, kGrid, ".shift(north_control[c])", ".shift(north_control[(c+1)%COLUMNS])",
     ".weight_next"},
    {"turns_the_west_edge_over", kOs, kGrid, "west_valid[r]", "west_valid[ROWS-1-r]", ".accumulator"},
    {"shows_the_last_row_but_one", kWs, kGrid, "row[ROWS-1].column[c].psum", "row[ROWS-2].column[c].psum", "south["},
    {"drains_two_rows_at_once", kOs, kGrid, "row[r-1].column[c].accumulator", "row[r>1?r-2:0].column[c].accumulator",
     ".accumulator"},
    {"refills_the_drained_column", kOs, kGrid, "accumulator_in = 32'sd0", "accumulator_in = 32'sd1", ".accumulator"},
    {"multiplies_while_it_drains", kOs, kElement, "accumulator <= accumulator_in;",
     "accumulator <= accumulator_in + 32'(product);", ".accumulator"},
    {"wraps_at_31_bits", kOs, kElement, "accumulator <= accumulator + 32'(product);",
     "accumulator <= 32'(31'(accumulator + 32'(product)));", ".accumulator"},
};

class MutantTest : public testing::TestWithParam<Mutant> {};

TEST_P(MutantTest, IsCaughtAndNamed) {
  FAULTLINE_NEEDS_VERILATOR();
  const Mutant& mutant = GetParam();
  const hw::GridConfig config(3, 3, mutant.dataflow, hw::Multiplier());
  test::GridPairs<RtlGrid> pairs(kCycles);
  pairs.add(config, 1,
            [&mutant](const char* name, const hw::GridConfig& grid, hw::StateTable& table, hw::FaultTaps& taps,
                      const hw::CycleClock& clock) {
              return std::make_unique<RtlGrid>(
                  name, test::changed(grid_design(grid), mutant.file, mutant.before, mutant.after),
                  ModelKind::kForceable, SiteCheck::kNone, grid, table, taps, clock);
            });
  std::optional<Divergence> divergence;
  pairs.begin(0);
  for (uint64_t cycle = 0; cycle < kCycles && !divergence; ++cycle) {
    // Random registers reach what a short program from reset does not, such as the top bits of sums; often, because
    // idle stretches and drains make zeros of them.
    if (cycle % kCyclesBetweenStates == 0) {
      pairs.for_each([cycle](auto& pair) { pair.scramble(static_cast<uint32_t>(1 + cycle)); });
    }
    pairs.step(cycle);
    pairs.for_each([&](auto& pair) { divergence = pair.compare(cycle); });
  }
  ASSERT_TRUE(divergence) << "not caught in " << kCycles << " cycles";
  EXPECT_NE(divergence->signal.find(mutant.signal), std::string::npos) << divergence->text();
  EXPECT_NE(divergence->reference, divergence->other);
  EXPECT_NE(divergence->text().find("cycle " + std::to_string(divergence->cycle)), std::string::npos);
  RecordProperty("divergence", divergence->text());
}

INSTANTIATE_TEST_SUITE_P(Grids, MutantTest, testing::ValuesIn(kMutants),
                         [](const auto& mutant) { return mutant.param.name; });

}  // namespace
}  // namespace faultline::rtl
