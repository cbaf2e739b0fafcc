// The datapath of a GPU's multiprocessor as generated SystemVerilog, Verilated, beside the model: random instructions
// and tiled matrix products, with faults, and after every cycle every register, memory and wire the same. Broken
// datapaths, each by one change to the generated text, must be caught.
#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "rtl/generator/sm_design.h"
#include "sim/cosim/case_faults.h"
#include "sim/cosim/random_faults.h"
#include "sim/cosim/sm_lockstep.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/changed_design.h"

namespace faultline::cosim {
namespace {

/// One partition, as sm_small.yaml has it, with the least stages.
hw::gpu::SmConfig one_partition() {
  hw::gpu::SmConfig config;
  config.warp_size = 8;
  config.warps = 8;
  config.blocks = 4;
  config.lanes = 4;
  config.alu_stages = 2;
  config.mac_stages = 3;
  config.instruction_entries = 512;
  config.shared_bytes = 4 * 1024;
  config.shared_banks = 8;
  config.shared_latency = 4;
  config.memory_instructions = 4;
  config.memory_queue = 4;
  config.global_latency = 20;
  config.global_bytes = 64 * 1024;
  return config;
}

/// Two partitions, more stages, an approximate multiplier, banks that are not equally long.
hw::gpu::SmConfig two_partitions() {
  hw::gpu::SmConfig config = one_partition();
  config.partitions = 2;
  config.mac_stages = 5;
  config.shared_bytes = 4 * 1021;
  config.shared_banks = 4;
  config.multiplier = standard_multiplier(*hw::find_multiplier_family("drum")).table();
  return config;
}

SmLockstep make_lockstep(const hw::gpu::SmConfig& config) {
  return {config, rtl::sm_datapath_design(config), rtl::SiteCheck::kPoke};
}

class SmDatapathRtl : public testing::TestWithParam<hw::gpu::SmConfig (*)()> {};

TEST_P(SmDatapathRtl, AgreesOnRandomPrograms) {
  FAULTLINE_NEEDS_VERILATOR();
  constexpr uint64_t kSeed = 8101;
  const hw::gpu::SmConfig config = GetParam()();
  SmLockstep lockstep = make_lockstep(config);
  for (uint64_t number = 0; number < 30; ++number) {
    const SmProgram program = random_sm_program(config, kSeed, number);
    const auto divergence = lockstep.run(program, {});
    ASSERT_FALSE(divergence) << "seed " << kSeed << " program " << number << " " << program.kind << ", "
                             << divergence->text();
  }
  RecordProperty("cycles", std::to_string(lockstep.cycles()));
  RecordProperty("comparisons", std::to_string(lockstep.comparisons()));
}

TEST_P(SmDatapathRtl, AgreesUnderEveryFaultModelAtEveryRegisterAndWire) {
  FAULTLINE_NEEDS_VERILATOR();
  constexpr uint64_t kSeed = 8102;
  constexpr size_t kMostElements = 8;  // of a field
  const hw::gpu::SmConfig config = GetParam()();
  SmLockstep lockstep = make_lockstep(config);
  uint64_t number = 0;
  for (const size_t field : lockstep.fields()) {
    const hw::StateField& described = lockstep.reference().fields()[field];
    for (size_t i = 0; i < std::min(described.element_count(), kMostElements); ++i) {
      for (const auto model : {hw::FaultModel::kFlip, hw::FaultModel::kStuckAt0, hw::FaultModel::kStuckAt1}) {
        hw::CounterRandom random(kSeed, number);
        const SmProgram program = random_sm_program(config, kSeed, 3 * (number % 8));  // random instructions
        const size_t element =
            described.element_count() <= kMostElements ? i : random.uniform(described.element_count());
        hw::Fault fault{{field, element}, 0, model, random.uniform(100), 1 + random.uniform(100), 0};
        fault.mask = uint64_t{1} << random.uniform(static_cast<uint64_t>(described.bits));
        const auto divergence = lockstep.run(program, {fault});
        ASSERT_FALSE(divergence) << "seed " << kSeed << " number " << number << ", fault of "
                                 << hw::element_path(described, element) << ", " << divergence->text();
        ++number;
      }
    }
  }
  RecordProperty("faults", std::to_string(number));
}

TEST_P(SmDatapathRtl, AgreesUnderRandomFaultsAnywhereInTheMultiprocessor) {
  FAULTLINE_NEEDS_VERILATOR();
  constexpr uint64_t kSeed = 8103;
  constexpr uint64_t kCases = 60;
  const hw::gpu::SmConfig config = GetParam()();
  SmLockstep lockstep = make_lockstep(config);
  const CaseFaults faults(lockstep.reference(), injectable_fields(lockstep.reference()), kCases, "", kSeed);
  for (uint64_t number = 0; number < kCases; ++number) {
    SmProgram program = random_sm_program(config, kSeed, number % 12);
    const uint64_t length = lockstep.length(program);
    program.most_cycles = 2 * length;
    const auto divergence = lockstep.run(program, faults.at(number, length));
    ASSERT_FALSE(divergence) << "seed " << kSeed << " case " << number << " " << program.kind << ", "
                             << divergence->text();
  }
}

INSTANTIATE_TEST_SUITE_P(Configurations, SmDatapathRtl, testing::Values(one_partition, two_partitions));

struct SmMutant {
  const char* name;
  const char* file;
  const char* before;
  const char* after;
  const char* signal;  ///< what the name of the first signal that differs contains
};

std::ostream& operator<<(std::ostream& out, const SmMutant& mutant) {
  return out << mutant.name;
}

constexpr const char* kLane = "sm_mac_lane.sv";
constexpr const char* kPipeline = "sm_mac_pipeline.sv";
constexpr const char* kShared = "sm_shared_memory.sv";
constexpr const char* kBank = "sm_shared_bank.sv";

const SmMutant kMutants[] = {
    {"multiplies_the_wrong_operand", kLane, ".weight(b[8*k+:8])", ".weight(a[8*k+:8])", ".product"},
    {"drops_the_sign_of_a_product", kLane, "first  = 32'(multiplier[0].partial)",
     "first  = 32'($unsigned(multiplier[0].partial))", ".sum"},
    {"drops_the_accumulate", kLane, "sm_pkg::IMAD8: sum = addend + first;", "sm_pkg::IMAD8: sum = first;", ".sum"},
    {"leaves_out_the_last_byte", kLane, " + 32'(multiplier[3].partial)", "", ".sum"},
    {"multiplies_words_without_sign", kLane, "wide_product = a * b;", "wide_product = {32'd0, a} * {32'd0, b};",
     ".wide_product"},
    {"takes_all_products_always", kLane, "else if (take_products && byte_products)", "else if (take_products)",
     ".partial"},
    {"shifts_by_five_bits", kLane, "shift <= d[5:0];", "shift <= {1'b0, d[4:0]};", ".shift"},
    {"truncates_the_scaled_sum", "sm_requantiser.sv", "(round_up ? 64'sd1 : 64'sd0)", "64'sd0", ".sum"},
    {"limits_to_the_wrong_side", "sm_requantiser.sv", "rounded < -LIMIT ? -LIMIT", "rounded < -LIMIT ? LIMIT", ".sum"},
    {"skips_a_stage", kPipeline, "value_in = stage[s-1].value_out", "value_in = stage[s-1].value_in", ".value"},
    {"moves_while_nothing_is_valid", kPipeline, "else if (takes)", "else if (enable)", ".value"},
    {"turns_the_lanes_over", kPipeline, ".a_in(a[32*l+:32])", ".a_in(a[32*(sm_pkg::LANES-1-l)+:32])", ".a"},
    {"drops_a_thread_of_the_mask", "sm_pipeline_control.sv", "mask <= previous.mask;", "mask <= previous.mask >> 1;",
     ".mask"},
    {"turns_the_results_over", "sm_datapath.sv", ".result_value(mac_value[VECTOR*p+:VECTOR])",
     ".result_value({mac_value[VECTOR*p+:32], mac_value[VECTOR*p+32+:VECTOR-32]})", "mac_value"},
    {"is_a_bank_off", kShared, "access[t].bank_number == WORD_BITS'(b)",
     "access[t].bank_number == WORD_BITS'((b + 1) % BANKS)", "shared_"},
    {"stores_whole_words", kShared, "whole ? 4'b1111 : 4'b0001 << place", "4'b1111", "shared_memory.word"},
    {"loads_bytes_without_sign", kShared, "{{24{picked[7]}}, picked}", "{24'd0, picked}", "shared_value"},
    {"serves_every_row_at_once", kBank, "wants[t] && row[ROW_BITS*t+:ROW_BITS] == chosen", "wants[t]", "shared_"},
    {"lets_the_last_thread_choose", kBank, "for (int t = THREADS - 1; t >= 0; t--)",
     "for (int t = 0; t < THREADS; t++)", "shared_"},
    {"lets_the_first_thread_win", kBank, "for (int t = 0; t < THREADS; t++) begin\n      for (int i",
     "for (int t = THREADS - 1; t >= 0; t--) begin\n      for (int i", "shared_memory.word"},
    {"stores_what_it_loads", kBank, "if (store && in_range)", "if (in_range)", "shared_memory.word"},
};

class SmMutantTest : public testing::TestWithParam<SmMutant> {};

TEST_P(SmMutantTest, IsCaughtAndNamed) {
  FAULTLINE_NEEDS_VERILATOR();
  constexpr uint64_t kSeed = 8104;
  constexpr uint64_t kPrograms = 12;
  hw::gpu::SmConfig config = one_partition();
  config.mac_stages = 4;
  const SmMutant& mutant = GetParam();
  const rtl::Design broken = test::changed(rtl::sm_datapath_design(config), mutant.file, mutant.before, mutant.after);
  SmLockstep lockstep(config, broken, rtl::SiteCheck::kNone);
  std::optional<rtl::Divergence> divergence;
  for (uint64_t number = 0; number < kPrograms && !divergence; ++number) {
    divergence = lockstep.run(random_sm_program(config, kSeed, number), {});
  }
  ASSERT_TRUE(divergence) << "not caught by " << kPrograms << " programs of seed " << kSeed;
  EXPECT_NE(divergence->signal.find(mutant.signal), std::string::npos) << divergence->text();
  EXPECT_NE(divergence->reference, divergence->other);
}

INSTANTIATE_TEST_SUITE_P(Datapaths, SmMutantTest, testing::ValuesIn(kMutants),
                         [](const auto& mutant) { return std::string(mutant.param.name); });

}  // namespace
}  // namespace faultline::cosim
