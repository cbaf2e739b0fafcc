// The unit for critical neurons in the whole accelerator as RTL against the cycle engine's: random tables, words and
// states, a fault in every bit of the unit, and accelerators whose unit is broken by one change to the generated text.
#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"
#include "tests/support/neuron_program.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;
using hw::ErrorAction;

constexpr uint64_t kMostCycles = 1000;
constexpr int kEntries = 12;

hw::AcceleratorConfig with_neuron_unit(Dataflow dataflow, int rows, int columns, const std::string& unit,
                                       ErrorAction on_error, std::optional<int> repeats = {},
                                       std::vector<hw::MemoryProtection> memories = {}) {
  hw::AcceleratorConfig config = test::small_accelerator(dataflow, rows, columns);
  config.output_buffer_bytes = 61;
  hw::ProtectionConfig protection;
  protection.memories = std::move(memories);
  protection.neuron_unit = unit;
  protection.neuron_entries = kEntries;
  protection.neuron_on_error = on_error;
  protection.neuron_repeats = repeats;
  config.protect(protection);
  return config;
}

/// Both machines with the program of this seed in DRAM and clean state.
std::vector<hw::CommandDescriptor> prepare(AcceleratorLockstep& pair, const hw::AcceleratorConfig& config,
                                           uint64_t seed) {
  test::NeuronProgram program = test::NeuronProgramMaker(config, seed).program();
  pair.write_dram(0, program.dram.data(), program.dram.size());
  pair.mark_dram_clean();
  pair.reset();
  return std::move(program.commands);
}

/// The program, again while the unit asks for it, as a host would.
LockstepRun run_with_repeats(AcceleratorLockstep& pair, const hw::AcceleratorConfig& config,
                             const std::vector<hw::CommandDescriptor>& commands) {
  LockstepRun run = pair.run(commands, kMostCycles);
  for (int repeat = 0; repeat < config.protection.neuron_repeats.value_or(0) && !run.divergence; ++repeat) {
    if (run.status == LockstepRun::Status::kCompleted && pair.reference().repeat_request.read()) {
      run = pair.run(commands, kMostCycles);
    }
  }
  return run;
}

hw::Fault random_fault(hw::Site site, int bit, hw::CounterRandom& random) {
  constexpr uint64_t kCycles = 180;
  hw::Fault fault;
  fault.site = site;
  fault.mask = uint64_t{1} << bit;
  fault.start = random.uniform(kCycles);
  if (random.uniform(2) == 0) {
    fault.model = random.uniform(2) == 0 ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
    fault.duration = random.uniform(kCycles);
  }
  return fault;
}

struct UnitMachine {
  const char* name;
  Dataflow dataflow;
  const char* unit;
  ErrorAction on_error;
  std::vector<hw::MemoryProtection> memories;
  std::optional<int> repeats = {};
};

std::ostream& operator<<(std::ostream& out, const UnitMachine& machine) {
  return out << machine.name;
}

const UnitMachine kUnitMachines[] = {
    {"lcu", Dataflow::kWeightStationary, "lcu", ErrorAction::kFlag, {}},
    {"tmr_and_secded",
     Dataflow::kOutputStationary,
     "tmr",
     ErrorAction::kFlag,
     {{"output", "secded", ErrorAction::kFlag}}},
    {"dmr", Dataflow::kInputStationary, "dmr", ErrorAction::kFlag, {}},
    {"edac", Dataflow::kOutputStationary, "edac", ErrorAction::kFlag, {}},
    {"dmr_zero_and_parity",
     Dataflow::kWeightStationary,
     "dmr",
     ErrorAction::kZero,
     {{"output", "parity", ErrorAction::kZero}}},
    {"dmr_repeats", Dataflow::kWeightStationary, "dmr", ErrorAction::kFlag, {}, 2},
};

class NeuronUnitRtl : public testing::TestWithParam<UnitMachine> {
 protected:
  void SetUp() override {
    FAULTLINE_NEEDS_VERILATOR();
    const UnitMachine& machine = GetParam();
    config_ =
        with_neuron_unit(machine.dataflow, 2, 3, machine.unit, machine.on_error, machine.repeats, machine.memories);
    pair_ = std::make_unique<AcceleratorLockstep>(config_, hw::accelerator_maker("cycle"),
                                                  test::verilated(accelerator_design(config_), SiteCheck::kPoke));
  }
  uint64_t reported(const std::string& counter) const {
    const hw::StateTable& table = pair_->reference().table;
    return table.peek({table.field_index(std::string("protection.") + GetParam().unit + ".report." + counter), 0});
  }
  /// Everything that only a machine with the unit has.
  std::vector<size_t> own_fields() const {
    std::vector<size_t> fields;
    const auto& all = pair_->reference().table.fields();
    for (size_t f = 0; f < all.size(); ++f) {
      if (all[f].path.rfind(std::string("protection.") + GetParam().unit + ".", 0) == 0 ||
          all[f].path == "controller.correct_start" || all[f].path == "post_processing.neuron_word") {
        fields.push_back(f);
      }
    }
    return fields;
  }

  hw::AcceleratorConfig config_ = test::small_accelerator(Dataflow::kWeightStationary, 2, 3);
  std::unique_ptr<AcceleratorLockstep> pair_;
};

TEST_P(NeuronUnitRtl, WalksRandomTablesAlike) {
  uint64_t corrected = 0;
  uint64_t errors = 0;
  uint64_t neurons = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const std::vector<hw::CommandDescriptor> commands = prepare(*pair_, config_, seed);
    const LockstepRun run = run_with_repeats(*pair_, config_, commands);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
    ASSERT_EQ(static_cast<int>(run.status), static_cast<int>(LockstepRun::Status::kCompleted))
        << "seed " << seed << ", " << run.cycles << " cycles";
    corrected += reported("corrected");
    errors += reported("errors");
    const auto& correct = commands[commands.size() - 2];
    neurons += static_cast<uint64_t>(correct.rows) / hw::find_neuron_unit_kind(GetParam().unit)->words;
  }
  EXPECT_GT(corrected + errors, 0U);
  if (GetParam().repeats) {
    EXPECT_GT(corrected, 0U) << "no repeat was asked for";
    EXPECT_GT(errors, 0U) << "no repeat was the last";
  } else {
    EXPECT_LT(corrected + errors, neurons) << "some words must agree";
  }
}

TEST_P(NeuronUnitRtl, StepsAlikeFromRandomStates) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    prepare(*pair_, config_, seed);
    const int bits = seed % 4 == 0 ? 64 : static_cast<int>(1 + seed % 7);
    pair_->scramble(seed, bits);
    const LockstepRun run = pair_->run(test::random_commands(seed, 3, bits), 12);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

/// A flip or a stuck-at of every bit of every register and memory word of the unit, at a random cycle; several in each
/// program.
TEST_P(NeuronUnitRtl, TakesAFaultInEveryBitAlike) {
  constexpr size_t kFaultsOfAProgram = 4;
  hw::CounterRandom random(11, 5);
  std::vector<hw::Fault> faults;
  for (const size_t field : own_fields()) {
    const hw::StateField& struck = pair_->reference().table.fields()[field];
    for (size_t element = 0; element < struck.element_count(); ++element) {
      for (int bit = 0; bit < struck.bits; ++bit) {
        faults.push_back(random_fault({field, element}, bit, random));
      }
    }
  }
  for (size_t i = faults.size() - 1; i > 0; --i) {
    std::swap(faults[i], faults[random.uniform(i + 1)]);
  }
  for (size_t first = 0; first < faults.size(); first += kFaultsOfAProgram) {
    const std::vector<hw::CommandDescriptor> commands = prepare(*pair_, config_, first + 1);
    for (size_t i = first; i < std::min(first + kFaultsOfAProgram, faults.size()); ++i) {
      pair_->arm(faults[i]);
    }
    const LockstepRun run = run_with_repeats(*pair_, config_, commands);
    ASSERT_FALSE(run.divergence) << "faults from number " << first << ", " << run.divergence->text();
  }
  RecordProperty("bits", static_cast<int>(faults.size()));
}

TEST_P(NeuronUnitRtl, MapsEverySite) {
  const Design design = accelerator_design(config_);
  std::set<std::string> mapped;
  for (const MappedSignal& signal : design.signals) {
    EXPECT_NE(signal.module, "") << signal.field.path;
    EXPECT_TRUE(signal.unread.empty() || signal.field.path.find("neuron") == std::string::npos) << signal.field.path;
    mapped.insert(signal.field.path);
  }
  for (const hw::StateField& field : pair_->reference().table.fields()) {
    EXPECT_EQ(mapped.count(field.path), field.kind == hw::StateKind::kEnvironment ? 0U : 1U) << field.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, NeuronUnitRtl, testing::ValuesIn(kUnitMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

struct UnitMutant {
  const char* name;
  const char* unit;
  const char* file;
  const char* before;
  const char* after;
  const char* signal;  ///< what the name of the first signal that differs contains
  std::optional<int> repeats = {};
};

std::ostream& operator<<(std::ostream& out, const UnitMutant& mutant) {
  return out << mutant.name;
}

const UnitMutant kUnitMutants[] = {
    {"joins_halves_by_or", "lcu", "systolic_lcu_combiner.sv", "first[6:0] & second[6:0]", "first[6:0] | second[6:0]",
     "lcu.write.code"},
    {"keeps_the_highest_bit", "lcu", "systolic_lcu_combiner.sv", "{2'd0, both, 1'b0}",
     "{1'd0, first[7] & second[7], both, 1'b0}", "lcu.write.code"},
    {"does_not_limit_the_sum", "lcu", "systolic_lcu_combiner.sv", "whole > 10'sd127 ? 8'd127 : whole[7:0]",
     "whole[7:0]", "lcu.write.code"},
    {"halves_without_the_zero", "lcu", "systolic_lcu_encoder.sv", " - {zero[7], zero}", "", "buffer.output"},
    {"takes_the_mask_backwards", "lcu", "systolic_lcu_encoder.sv", "mask[place]", "mask[~place]", "buffer.output"},
    {"halves_maxima_too", "lcu", "systolic_post_processing.sv", ".enable(command.accumulate && !maximum)",
     ".enable(command.accumulate)", "buffer.output"},
    {"alarms_instead_of_replacing", "lcu", "systolic_neuron_unit.sv", ".REPLACES(1'b1)", ".REPLACES(1'b0)",
     "report.flags"},
    {"takes_one_copy", "tmr", "systolic_tmr_combiner.sv", "(first & second) | (first & third) | (second & third)",
     "first", "tmr.write.code"},
    {"overlooks_the_third_copy", "tmr", "systolic_tmr_combiner.sv", "first != second || second != third",
     "first != second", "report."},
    {"takes_two_words_of_three", "tmr", "systolic_neuron_unit.sv", "fetched_word >= 2'(WORDS - 1)",
     "fetched_word >= 2'(WORDS - 2)", "tmr.write."},
    {"reads_the_table_one_entry_off", "dmr", "systolic_neuron_unit.sv", "* {10'd0, entry} +",
     "* ({10'd0, entry} + 34'd1) +", "dmr.request.address"},
    {"loads_the_table_one_byte_off", "dmr", "systolic_neuron_unit.sv", "{10'd0, load_address} + 34'(i) -",
     "{10'd0, load_address} + 34'(i + 1) -", "dmr.table"},
    {"walks_a_word_too_far", "dmr", "systolic_neuron_unit.sv",
     "{1'b0, entry} + 25'd1 >=", "{1'b0, entry} >=", "protection.dmr."},
    {"writes_where_the_last_word_lies", "dmr", "systolic_neuron_unit.sv", "write_address <= target",
     "write_address <= fetched_address", "dmr.write.address"},
    {"does_not_write_back", "tmr", "systolic_post_processing.sv", "{output_write, neuron_write_valid}",
     "{output_write, 1'b0}", "buffer.output"},
    {"takes_the_greater_copy", "edac", "systolic_edac_combiner.sv", "second_distance < first_distance ||",
     "second_distance > first_distance ||", "edac.write.code"},
    {"compares_codes_without_the_zero", "edac", "systolic_edac_combiner.sv", "{words[7], words[7:0]} - {zero[7], zero}",
     "{words[7], words[7:0]}", "edac.write.code"},
    {"excludes_the_upper_bound", "edac", "systolic_edac_combiner.sv", "second <= high", "second < high", "edac."},
    {"takes_a_copy_outside", "edac", "systolic_edac_combiner.sv", "!first_inside || second_is_smaller",
     "second_is_smaller", "edac.write.code"},
    {"gives_the_number_code_zero", "edac", "systolic_edac_combiner.sv",
     "error ? zero :", "error ? 8'd0 :", "edac.write.code"},
    {"overlooks_equal_copies_outside", "edac", "systolic_edac_combiner.sv", "!first_inside && !second_inside",
     "!first_inside && !second_inside && first != second", "edac."},
    {"keeps_the_interval_of_before", "edac", "systolic_neuron_unit.sv", "low <= fetched_bound", "low <= low",
     "edac.low"},
    {"takes_the_bound_of_the_next_word", "edac", "systolic_neuron_unit.sv", "fetched_bound <= request_bound",
     "fetched_bound <= table_data[31:24]", "edac.fetched.bound"},
    {"repeats_once_too_often", "dmr", "systolic_neuron_unit.sv", "repeats < MOST_REPEATS", "repeats <= MOST_REPEATS",
     "protection.dmr.", 2},
    {"does_not_count_repeats", "dmr", "systolic_neuron_unit.sv", "repeats + 8'd1", "repeats", "dmr.repeats", 2},
    {"forgets_what_differed", "dmr", "systolic_neuron_unit.sv", "asks || (differed && !layer_begins)", "asks",
     "dmr.differed", 2},
    {"asks_for_ever", "dmr", "systolic_neuron_unit.sv", "asks || (differed && !layer_begins)", "asks || differed",
     "dmr.differed", 2},
    {"begins_a_layer_with_every_walk", "dmr", "systolic_neuron_unit.sv", "take && !command.accumulate", "take",
     "protection.dmr.", 2},
    {"alarms_and_asks", "dmr", "systolic_neuron_unit.sv", "complete && error && !asks", "complete && error", "report.",
     2},
    {"tells_nobody", "dmr", "systolic_neuron_unit.sv", "assign repeat_request = differed",
     "assign repeat_request = 1'b0", "repeat_request", 2},
    {"never_says_that_it_is_done", "dmr", "systolic_controller.sv", " || correct_done", "", "controller.state"},
};

class NeuronUnitMutant : public testing::TestWithParam<UnitMutant> {};

/// By each of several series of programs, which have nothing in common.
TEST_P(NeuronUnitMutant, IsCaughtEveryTime) {
  FAULTLINE_NEEDS_VERILATOR();
  constexpr uint64_t kSeries = 5;
  constexpr uint64_t kPrograms = 60;
  const UnitMutant& mutant = GetParam();
  const hw::AcceleratorConfig config =
      with_neuron_unit(Dataflow::kWeightStationary, 1, 2, mutant.unit, ErrorAction::kFlag, mutant.repeats);
  AcceleratorLockstep pair(
      config, hw::accelerator_maker("cycle"),
      test::verilated(test::changed(accelerator_design(config), mutant.file, mutant.before, mutant.after),
                      SiteCheck::kNone));
  for (uint64_t series = 0; series < kSeries; ++series) {
    std::optional<Divergence> divergence;
    for (uint64_t seed = 1; seed <= kPrograms && !divergence; ++seed) {
      const auto commands = prepare(pair, config, series * kPrograms + seed);
      divergence = run_with_repeats(pair, config, commands).divergence;
    }
    ASSERT_TRUE(divergence) << "not caught in series " << series;
    EXPECT_NE(divergence->signal.find(mutant.signal), std::string::npos) << divergence->text();
  }
}

INSTANTIATE_TEST_SUITE_P(Units, NeuronUnitMutant, testing::ValuesIn(kUnitMutants),
                         [](const auto& mutant) { return mutant.param.name; });

}  // namespace
}  // namespace faultline::rtl
