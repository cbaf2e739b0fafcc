// Spare columns of the whole accelerator as RTL against the cycle engine's: layers of a network with a column left out
// and while faults change which are, and accelerators that are broken by one change to the generated text.
#include <optional>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "sim/cosim/random_faults.h"
#include "sim/testbench/testbench_program.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;

constexpr Dataflow kWs = Dataflow::kWeightStationary;
constexpr Dataflow kOs = Dataflow::kOutputStationary;
constexpr Dataflow kIs = Dataflow::kInputStationary;

hw::AcceleratorConfig with_spare_columns(Dataflow dataflow) {
  hw::AcceleratorConfig config = test::small_accelerator(dataflow, 2, 3);
  hw::ProtectionConfig units;
  units.spare_columns = hw::SpareColumns{2, {1}};
  config.protect(units);
  return config;
}

class SpareColumnsRtl : public testing::TestWithParam<Dataflow> {};

/// Every state of the registers that a fault brings about, in the middle of a program.
TEST_P(SpareColumnsRtl, FollowsTheRegistersThroughAProgram) {
  FAULTLINE_NEEDS_VERILATOR();
  const hw::AcceleratorConfig config = with_spare_columns(GetParam());
  AcceleratorLockstep pair(config, hw::accelerator_maker("cycle"),
                           test::verilated(accelerator_design(config), SiteCheck::kPoke));
  const hw::StateTable& table = pair.reference().table;
  const std::vector<size_t> skip = {table.field_index("protection.spare_columns.skip[*]")};
  const TestbenchProgram program = testbench::testbench_program(config, 3);
  pair.write_dram(0, program.dram.data(), program.dram.size());
  pair.mark_dram_clean();
  for (uint64_t seed = 0; seed <= 30; ++seed) {
    pair.reset();
    hw::CounterRandom random(seed, 1);
    if (seed > 0) {
      for (const hw::Fault& fault : cosim::random_faults(table, skip, 6, 600, random)) {
        pair.arm(fault);
      }
    }
    const LockstepRun run = pair.run(program.commands, 5000);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
    ASSERT_EQ(static_cast<int>(run.status), static_cast<int>(LockstepRun::Status::kCompleted)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Dataflows, SpareColumnsRtl, testing::Values(kWs, kOs, kIs),
                         [](const auto& dataflow) { return std::string(hw::to_string(dataflow.param)); });

const test::BrokenAccelerator kSpareMutants[] = {
    {"uses_columns_that_reach_no_bank", kWs, "systolic_spare_column_unit.sv", "!skip && reaches", "!skip",
     "weight_feeder.edge"},
    {"uses_columns_that_are_left_out", kOs, "systolic_spare_column_unit.sv", "!skip && reaches", "reaches", ".product"},
    {"gives_columns_up_too_early", kIs, "systolic_spare_column_unit.sv", "COUNT_BITS'(SPARES + 1);",
     "COUNT_BITS'(SPARES);", "input_feeder."},
    {"needs_one_spare_less", kWs, "systolic_spare_column_unit.sv", "to_west > COUNT_BITS'(c - COLUMNS + SPARES)",
     "to_west >= COUNT_BITS'(c - COLUMNS + SPARES)", "weight_feeder.edge"},
    {"reads_weights_of_the_column_itself", kWs, "systolic_weight_feeder.sv", " - 34'(shift[SHIFT_BITS*l+:SHIFT_BITS])",
     "", "weight_feeder.edge"},
    {"brings_weights_to_unused_columns", kOs, "systolic_weight_feeder.sv", "valid <= (lane[l].read && used[l]);",
     "valid <= lane[l].read;", "weight_feeder.edge"},
    {"steps_pixels_past_unused_columns", kIs, "systolic_input_feeder.sv",
     "assign pixel_x_in = lane[l-1].first && used[l-1] ?", "assign pixel_x_in = lane[l-1].first ?",
     "input_feeder.lane"},
    {"brings_inputs_to_unused_columns", kIs, "systolic_input_feeder.sv", "valid <= (lane[l].read && used[l]);",
     "valid <= lane[l].read;", "input_feeder.edge"},
    {"takes_the_sum_of_the_column_itself", kWs, "systolic_bank_source.sv", "sum | column_sum[32*k+:32]",
     "sum | column_sum[31:0]", "buffer.partial_sum"},
    {"takes_the_row_of_the_column_itself", kOs, "systolic_bank_source.sv", "row | column_row[16*k+:16]",
     "row | column_row[15:0]", "buffer.partial_sum"},
    {"joins_columns", kIs, "systolic_bank_source.sv", "used[k] && shift[SHIFT_BITS*k+:SHIFT_BITS] == SHIFT_BITS'(k)",
     "used[k]", "buffer.partial_sum"},
};

class SpareColumnsMutant : public testing::TestWithParam<test::BrokenAccelerator> {};

TEST_P(SpareColumnsMutant, IsCaughtAndNamed) {
  FAULTLINE_NEEDS_VERILATOR();
  test::expect_caught(GetParam(), with_spare_columns(GetParam().dataflow), [](AcceleratorLockstep&, uint64_t) {});
}

INSTANTIATE_TEST_SUITE_P(Blocks, SpareColumnsMutant, testing::ValuesIn(kSpareMutants),
                         [](const auto& mutant) { return mutant.param.name; });

}  // namespace
}  // namespace faultline::rtl
