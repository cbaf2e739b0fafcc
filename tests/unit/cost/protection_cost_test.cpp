#include "sim/cost/protection_cost.h"

#include <algorithm>
#include <cstdlib>
#include <regex>

#include <gtest/gtest.h>

#include "hw/systolic/accelerator_state.h"
#include "rtl/generator/design.h"
#include "rtl/generator/protection_parts.h"
#include "sim/cost/protection_gates.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::cost {
namespace {

using json = nlohmann::ordered_json;

class ProtectionCostTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::on_path("yosys")) {
      GTEST_SKIP() << "yosys is not installed";
    }
    setenv("XDG_CACHE_HOME", cache_.path().c_str(), 1);
  }

  static hw::AcceleratorConfig accelerator(hw::Dataflow dataflow, const std::string& unit,
                                           std::vector<hw::MemoryProtection> memories) {
    hw::AcceleratorConfig config{hw::GridConfig(2, 3, dataflow, hw::Multiplier())};
    config.input_buffer_bytes = config.weight_buffer_bytes = config.output_buffer_bytes = 64;
    config.psum_rows = 8;
    config.parameter_entries = 4;
    config.bus_bytes = 5;
    hw::ProtectionConfig units;
    units.memories = std::move(memories);
    units.neuron_unit = unit;
    units.neuron_entries = 10;
    config.protect(units);
    return config;
  }

  static const ProtectionPartCost& part(const ProtectionCost& cost, const std::string& unit, const std::string& name) {
    return *std::find_if(cost.parts.begin(), cost.parts.end(),
                         [&](const auto& found) { return found.unit == unit && found.part == name; });
  }

  /// How many cells of each type the flattened design has, encoders and decoders as black boxes.
  static json cells_of_top(const rtl::Design& design) {
    const process::ScratchFolder folder;
    std::string text;
    for (const rtl::SourceFile& source : design.sources) {
      text += source.text;
    }
    folder.write("design.sv", text);
    folder.write("count.ys", "read_verilog -sv design.sv\nhierarchy -top " + design.top +
                                 "\nblackbox systolic_*coder\nproc\nflatten\n"
                                 "tee -q -o count.json stat -json\n");
    process::run_tool({"yosys", "-q", "-s", "count.ys"}, folder.path(), std::chrono::minutes(5), design.top,
                      "Yosys does not accept it");
    const json counted = json::parse(process::read_text(folder.path() / "count.json"));
    return counted["modules"]["\\" + design.top]["num_cells_by_type"];
  }

  static std::string decoder_in(const rtl::ProtectionPart& part) {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(part.systemverilog, match, std::regex("(systolic_\\w+_decoder) u_decoder")));
    return match[1];
  }

  process::ScratchFolder cache_;
};

TEST_F(ProtectionCostTest, CountsTheNeuronUnitWithoutItsMemories) {
  const ProtectionCost cost = protection_cost(accelerator(hw::Dataflow::kWeightStationary, "tmr", {}), {});
  ASSERT_EQ(cost.parts.size(), 1U);
  // state, done, entry, word; request and fetched of 28 bits; target; two held words; write; the counter and the flag
  // of corrected neurons: a voter has no errors to count.
  EXPECT_EQ(cost.total.asic.flip_flops, 1 + 1 + 24 + 2 + 2 * 28 + 24 + 16 + 34 + 17);
  EXPECT_GT(cost.total.asic.gate_equivalents, 4.0 * cost.total.asic.flip_flops);
  EXPECT_EQ(cost.memory_bits, 10 * 3 * 8);
  const ProtectionCost lcu = protection_cost(accelerator(hw::Dataflow::kWeightStationary, "lcu", {}), {});
  EXPECT_EQ(lcu.total.asic.flip_flops, cost.total.asic.flip_flops - 8) << "one word less is held";
  EXPECT_EQ(part(lcu, "lcu", "encoder").instances, 3);
  EXPECT_EQ(part(lcu, "lcu", "encoder").each.asic.flip_flops, 0);
  EXPECT_EQ(lcu.memory_bits, 10 * 3 * 8 + 64);
  const ProtectionCost edac = protection_cost(accelerator(hw::Dataflow::kWeightStationary, "edac", {}), {});
  const ProtectionCost dmr = protection_cost(accelerator(hw::Dataflow::kWeightStationary, "dmr", {}), {});
  EXPECT_EQ(edac.memory_bits, 10 * 4 * 8) << "a bound in each entry";
  // Two bounds on their way, one that waits, and a counter and a flag of corrected neurons more.
  EXPECT_EQ(edac.total.asic.flip_flops, dmr.total.asic.flip_flops + 3 * 8 + 17);
}

TEST_F(ProtectionCostTest, CountsWhatGivesZeroOutsideBounds) {
  hw::AcceleratorConfig config = accelerator(hw::Dataflow::kOutputStationary, "", {});
  config.protection.channel_bounds = hw::ChannelBounds{true};
  const ProtectionCost cost = protection_cost(config, {});
  ASSERT_EQ(cost.parts.size(), 1U);
  EXPECT_EQ(cost.parts[0].unit, "channel_bounds");
  EXPECT_EQ(cost.parts[0].instances, 3);
  EXPECT_EQ(cost.total.asic.flip_flops, 0);
  EXPECT_GT(cost.total.asic.gate_equivalents, 3 * 8.0);
  EXPECT_EQ(cost.memory_bits, 4 * 2 * 8);
}

TEST_F(ProtectionCostTest, CountsTheRegistersThatRepeatLayers) {
  hw::AcceleratorConfig config = accelerator(hw::Dataflow::kWeightStationary, "dmr", {});
  const ProtectionCost flags = protection_cost(config, {});
  config.protection.neuron_repeats = 1;
  const ProtectionCost repeats = protection_cost(config, {});
  // differed and repeats; what was put right is counted beside what was not.
  EXPECT_EQ(repeats.total.asic.flip_flops, flags.total.asic.flip_flops + 1 + 8 + 17);
  EXPECT_EQ(repeats.memory_bits, flags.memory_bits);
}

/// One encoder and one decoder for each port: as many as the generated design has.
TEST_F(ProtectionCostTest, HasAsManyCodersAsTheDesign) {
  const std::vector<std::vector<hw::MemoryProtection>> guards = {
      {{"input", "parity", hw::ErrorAction::kZero}, {"weight", "secded", hw::ErrorAction::kFlag}},
      {{"output", "parity", hw::ErrorAction::kFlag}, {"partial_sum", "secded", hw::ErrorAction::kZero}}};
  for (const hw::Dataflow dataflow :
       {hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary, hw::Dataflow::kInputStationary}) {
    for (const std::vector<hw::MemoryProtection>& memories : guards) {
      const hw::AcceleratorConfig config = accelerator(dataflow, "dmr", memories);
      const json cells = cells_of_top(rtl::accelerator_design(config));
      int compared = 0;
      for (const rtl::ProtectionPart& part : rtl::protection_parts(config)) {
        // The decoder stands in its port.
        const std::string coder = part.name == "decoder" ? decoder_in(part) : part.top;
        if (part.name == "encoder" || part.name == "decoder") {
          EXPECT_EQ(cells.value(coder, 0), part.instances) << part.unit << ", " << hw::to_string(dataflow);
          ++compared;
        }
      }
      EXPECT_EQ(compared, 4);
    }
  }
}

TEST_F(ProtectionCostTest, SumsItsParts) {
  hw::AcceleratorConfig config =
      accelerator(hw::Dataflow::kWeightStationary, "", {{"weight", "secded", hw::ErrorAction::kFlag}});
  hw::ProtectionConfig units = config.protection;
  units.bypass = hw::ElementBypass{};
  config.protect(units);
  const ProtectionCost cost = protection_cost(config, {});
  ASSERT_EQ(cost.parts.size(), 4U);
  double gate_equivalents = 0;
  int flip_flops = 0;
  for (const ProtectionPartCost& one : cost.parts) {
    gate_equivalents += one.instances * one.each.asic.gate_equivalents;
    flip_flops += one.instances * one.each.asic.flip_flops;
  }
  EXPECT_DOUBLE_EQ(cost.total.asic.gate_equivalents, gate_equivalents);
  EXPECT_EQ(cost.total.asic.flip_flops, flip_flops);
  EXPECT_EQ(part(cost, "bypass", "element").instances, 6);
  EXPECT_EQ(part(cost, "bypass", "element").each.asic.flip_flops, 1) << "the register that bypasses";
  EXPECT_GT(part(cost, "bypass", "element").each.asic.gates, 0);
  EXPECT_GT(part(cost, "weight secded", "decoder").each.asic.gate_equivalents,
            part(cost, "weight secded", "encoder").each.asic.gate_equivalents);
  EXPECT_EQ(cost.memory_bits, 64 * 5);
}

/// Bits of the registers `protection.checksum.*`.
int checksum_bits(const hw::AcceleratorConfig& config) {
  hw::StateTable table;
  const hw::AcceleratorState state(config, table, [](size_t) { return uint64_t{0}; });
  int bits = 0;
  for (const hw::StateField& field : table.fields()) {
    bits += field.path.rfind("protection.checksum.", 0) == 0 ? static_cast<int>(field.bit_count()) : 0;
  }
  return bits;
}

/// Synthesis drops flip-flops that are always 0, and shares those that sign extension doubles.
TEST_F(ProtectionCostTest, CountsTheRegistersOfTheChecksumUnit) {
  hw::AcceleratorConfig config = accelerator(hw::Dataflow::kWeightStationary, "", {});
  int before = 0;
  for (const bool corrects : {false, true}) {
    config.protection.checksum = hw::ArrayChecksum{corrects};
    const ProtectionCost cost = protection_cost(config, {});
    ASSERT_EQ(cost.parts.size(), 1U);
    EXPECT_EQ(cost.parts.front().unit, "checksum");
    EXPECT_LE(cost.total.asic.flip_flops, checksum_bits(config));
    EXPECT_GT(cost.total.asic.flip_flops, 0.8 * checksum_bits(config));
    EXPECT_GT(cost.total.asic.flip_flops, before);
    EXPECT_EQ(cost.memory_bits, 0);
    before = static_cast<int>(cost.total.asic.flip_flops);
  }
}

TEST_F(ProtectionCostTest, CountsTheGatesOfTheWeightCheck) {
  for (const auto mode : {hw::WeightCheck::Mode::kRange, hw::WeightCheck::Mode::kBits}) {
    double before = 0;
    for (const hw::Dataflow dataflow : {hw::Dataflow::kInputStationary, hw::Dataflow::kWeightStationary}) {
      hw::AcceleratorConfig config = accelerator(dataflow, "", {});
      config.protection.weight_check = hw::WeightCheck{mode};
      const ProtectionCost cost = protection_cost(config, {});
      ASSERT_EQ(cost.parts.size(), 1U);
      EXPECT_EQ(cost.total.asic.flip_flops, 0);
      EXPECT_EQ(cost.memory_bits, 0);
      EXPECT_GT(cost.total.asic.gate_equivalents, before) << "three columns need more than two rows";
      before = cost.total.asic.gate_equivalents;
    }
  }
}

TEST_F(ProtectionCostTest, CountsSpareColumnsWithTheirElements) {
  hw::AcceleratorConfig config = accelerator(hw::Dataflow::kWeightStationary, "", {});
  hw::ProtectionConfig units;
  units.spare_columns = hw::SpareColumns{2, {1}};
  config.protect(units);
  const ProtectionCost cost = protection_cost(config, {});
  ASSERT_EQ(cost.parts.size(), 5U);
  EXPECT_EQ(part(cost, "spare_columns", "unit").each.asic.flip_flops, 5) << "a register for each column";
  EXPECT_EQ(part(cost, "spare_columns", "bank").instances, 3);
  EXPECT_EQ(part(cost, "spare_columns", "bank").each.asic.flip_flops, 0);
  EXPECT_GT(part(cost, "spare_columns", "bank").each.asic.gate_equivalents, 0);
  EXPECT_EQ(part(cost, "spare_columns", "address").instances, 5);
  EXPECT_EQ(part(cost, "spare_columns", "registers").instances, 2);
  // The lane's word and operand in the weight feeder, the word of the column before the partial sums.
  EXPECT_EQ(part(cost, "spare_columns", "registers").each.asic.flip_flops, 1 + 1 + 24 + 8 + 1 + 1 + 1 + 1 + 16);
  EXPECT_EQ(part(cost, "spare_columns", "element").instances, 4);
  // Operands that stay and the one before it, the one that moves, their valid bits, load and the sum.
  EXPECT_EQ(part(cost, "spare_columns", "element").each.asic.flip_flops, 3 * 9 + 1 + 32);
  EXPECT_EQ(cost.memory_bits, 0);
}

/// Settings as a result store holds them.
TEST_F(ProtectionCostTest, IsThatOfAStoredExperiment) {
  const json plain = {{"accelerator", {{"array", "2x3"}}}};
  const json voted = {{"accelerator", {{"array", "2x3"}, {"protection", "tmr"}, {"multiplier", "drum:k=4"}}}};
  const json gpu = {{"accelerator", {{"architecture", "gpu"}}}};
  EXPECT_EQ(protection_gate_equivalents(plain, {}), 0);
  const auto gates = protection_gate_equivalents(voted, {});
  ASSERT_TRUE(gates);
  EXPECT_GT(*gates, 0);
  EXPECT_EQ(protection_gate_equivalents(plain, {{"protection", {{"scheme", "tmr"}}}}), gates);
  const json wide = {{"accelerator", {{"array", "2x3"}, {"protection", {"secded"}}, {"operand_bits", 16}}}};
  EXPECT_FALSE(protection_gate_equivalents(wide, {})) << "the generated RTL has operands of 8 bits";
  EXPECT_FALSE(protection_gate_equivalents(gpu, {}));
  EXPECT_FALSE(protection_gate_equivalents({}, {}));
}

TEST_F(ProtectionCostTest, NothingCostsNothing) {
  const ProtectionCost cost = protection_cost(accelerator(hw::Dataflow::kWeightStationary, "", {}), {});
  EXPECT_TRUE(cost.parts.empty());
  EXPECT_EQ(cost.total.asic.gate_equivalents, 0);
  EXPECT_EQ(cost.memory_bits, 0);
}

}  // namespace
}  // namespace faultline::cost
