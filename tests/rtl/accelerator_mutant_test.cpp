// Deliberately broken accelerators, each by one change to the generated text outside the grid: the comparison with the
// cycle engine must catch every one and name the signal.
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;

constexpr Dataflow kWs = Dataflow::kWeightStationary;
constexpr Dataflow kOs = Dataflow::kOutputStationary;
constexpr Dataflow kIs = Dataflow::kInputStationary;
constexpr hw::WeightCheck kRange{hw::WeightCheck::Mode::kRange};
constexpr hw::WeightCheck kBits{hw::WeightCheck::Mode::kBits};

const test::BrokenAccelerator kMutants[] = {
    {"ends_a_fold_a_cycle_late", kWs, "systolic_controller.sv", "{1'b0, phase} + 25'd1 >= {1'b0, length}",
     "{1'b0, phase} >= {1'b0, length}", "controller."},
    {"leaves_illegal_states_for_idle", kWs, "systolic_controller.sv",
     "end else if (!ready) begin\n        state <= TRAP;", "end else if (!ready) begin\n        state <= IDLE;",
     "controller.state"},
    {"drains_one_row_less", kOs, "systolic_schedule.sv", "drain_word < 25'(ROWS)", "drain_word < 25'(ROWS - 1)",
     "controller."},
    {"forgets_the_weight_pitch", kIs, "systolic_schedule.sv", "weight_address + command.weight_pitch",
     "weight_address + 24'd1", "controller.weight_address"},
    {"steps_taps_past_channels", kWs, "systolic_next_tap.sv", "c != command.tap_c_last", "c < command.tap_c_last",
     "tap"},
    {"hands_on_the_own_position", kIs, "systolic_input_feeder.sv", "lane[l-1].first ? lane[l-1].next_x : ", "",
     "input_feeder.lane"},
    {"pads_with_zero", kWs, "systolic_input_feeder.sv", ": command.pad_value;", ": 8'd0;", ".product"},
    {"reads_weights_one_byte_off", kWs, "systolic_weight_feeder.sv", "address} + 34'(l);", "address} + 34'(l + 1);",
     "weight_feeder.edge"},
    {"overwrites_partial_sums", kWs, "systolic_partial_sum_buffer.sv", "accumulate ? old_sum : 32'd0",
     "accumulate ? 32'd0 : 32'd0", "buffer.partial_sum"},
    {"misses_the_bias", kWs, "systolic_post_processing.sv", "maximum ? 32'sd0 : bias", "maximum ? 32'sd0 : 32'sd0",
     "post_processing.biased"},
    {"rounds_ties_up", kOs, "systolic_post_processing.sv", "(remainder == half && floor[0])", "remainder == half",
     "buffer.output"},
    {"forgets_the_residue", kWs, "systolic_post_processing.sv", "wide_biased * wide_multiplier + wide_residue",
     "wide_biased * wide_multiplier", "post_processing.product"},
    {"takes_the_maximum_unsigned", kIs, "systolic_post_processing.sv", "tap > so_far ? tap : so_far",
     "$unsigned(tap) > $unsigned(so_far) ? tap : so_far", "post_processing.window"},
    {"moves_a_byte_too_many", kWs, "systolic_dma.sv", "write_count < BEAT ? write_count : BEAT",
     "write_count < BEAT ? write_count + 7'd1 : BEAT", "post_processing.parameter"},
    {"believes_a_faulty_count", kWs, "systolic_dma.sv", "request_count < BEAT ? request_count : BEAT", "request_count",
     ".count"},
};

struct WeightCheckMutant {
  test::BrokenAccelerator broken;
  hw::WeightCheck check;
};

std::ostream& operator<<(std::ostream& out, const WeightCheckMutant& mutant) {
  return out << mutant.broken;
}

const WeightCheckMutant kWeightCheckMutants[] = {
    {{"lets_the_bound_pass_no_more", kOs, "systolic_weight_check.sv", "value > high", "value >= high",
      "weight_feeder.edge"},
     kRange},
    {{"compares_weights_unsigned", kIs, "systolic_weight_check.sv", "logic signed [7:0] value", "logic [7:0] value",
      "weight_feeder.edge"},
     kRange},
    {{"takes_the_sign_from_the_top", kWs, "systolic_weight_check.sv", "low & ~{low[6:0], 1'b0}", "low & 8'h80",
      "weight_feeder.edge"},
     kBits},
    {{"passes_weights_by_the_check", kIs, "systolic_weight_feeder.sv", "? passed[8*l+:8]", "? read_data[8*l+:8]",
      ".product"},
     kBits},
};

class AcceleratorMutant : public testing::TestWithParam<test::BrokenAccelerator> {};

TEST_P(AcceleratorMutant, IsCaughtAndNamed) {
  FAULTLINE_NEEDS_VERILATOR();
  test::expect_caught(GetParam(), test::small_accelerator(GetParam().dataflow, 2, 2),
                      [](AcceleratorLockstep&, uint64_t) {});
}

INSTANTIATE_TEST_SUITE_P(Blocks, AcceleratorMutant, testing::ValuesIn(kMutants),
                         [](const auto& mutant) { return mutant.param.name; });

class BrokenWeightCheck : public testing::TestWithParam<WeightCheckMutant> {};

TEST_P(BrokenWeightCheck, IsCaughtAndNamed) {
  FAULTLINE_NEEDS_VERILATOR();
  const WeightCheckMutant& mutant = GetParam();
  hw::AcceleratorConfig config = test::small_accelerator(mutant.broken.dataflow, 2, 2);
  config.protection.weight_check = mutant.check;
  test::expect_caught(mutant.broken, config, [&](AcceleratorLockstep& pair, uint64_t seed) {
    if (mutant.check == kRange && seed % 4 == 2) {
      // Where addresses are small, so that weights are read, only a fault makes a bound negative.
      const size_t low = pair.reference().table.field_index("controller.command.low");
      pair.arm({{low, 0}, 0xf8, hw::FaultModel::kStuckAt1, 0, 0, 0});
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Modes, BrokenWeightCheck, testing::ValuesIn(kWeightCheckMutants),
                         [](const auto& mutant) { return mutant.param.broken.name; });

}  // namespace
}  // namespace faultline::rtl
