#include "rtl/generator/design.h"

#include <chrono>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "rtl/generator/design_folder.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/generator/sm_design.h"
#include "sim/process/child_process.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;
using hw::GridConfig;
using process::ChildResult;
using process::ScratchFolder;

constexpr auto kLimit = std::chrono::minutes(5);

/// Every dataflow at several shapes, one grid with a table, one with several multipliers and two with families'
/// circuits.
std::vector<GridConfig> configurations() {
  std::vector<GridConfig> all;
  for (const Dataflow dataflow :
       {Dataflow::kWeightStationary, Dataflow::kOutputStationary, Dataflow::kInputStationary}) {
    for (const auto& [rows, columns] : {std::pair{1, 1}, {3, 5}, {16, 1}, {16, 16}}) {
      all.emplace_back(rows, columns, dataflow, hw::Multiplier());
    }
  }
  std::mt19937 random(1);
  all.emplace_back(2, 2, Dataflow::kWeightStationary, test::random_multiplier(random));
  GridConfig mixed(3, 2, Dataflow::kInputStationary, hw::Multiplier());
  mixed.add_region({0, 1, 1, 1, standard_multiplier(*hw::find_multiplier_family("roba")).table()});
  mixed.add_region({2, 2, 0, 1, test::random_multiplier(random)});
  all.push_back(mixed);
  for (const char* family : {"drum", "booth"}) {
    all.emplace_back(2, 3, Dataflow::kOutputStationary,
                     standard_multiplier(*hw::find_multiplier_family(family)).table());
  }
  return all;
}

std::string name_of(const GridConfig& config) {
  return std::to_string(config.rows) + "x" + std::to_string(config.columns) + " " + hw::to_string(config.dataflow) +
         " " + config.multiplier.name();
}

TEST(Design, IsCleanUnderVerilatorsLint) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  for (const GridConfig& config : configurations()) {
    const ScratchFolder folder;
    write_design(grid_design(config), folder.path() / "rtl");
    const std::string list = (folder.path() / "rtl" / "files.f").string();
    const ChildResult lint = process::run_child({"verilator", "--lint-only", "-Wall", "-f", list}, "/", kLimit);
    EXPECT_EQ(lint.status, 0) << name_of(config);
    EXPECT_EQ(lint.output, "") << name_of(config);
  }
}

TEST(Design, IsReadByYosys) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  for (const GridConfig& config : configurations()) {
    const ScratchFolder folder;
    write_design(grid_design(config), folder.path() / "rtl");
    const ChildResult read =
        process::run_child({"yosys", "-q", "-p",
                            "read_verilog -sv rtl/systolic_multiplier.sv rtl/systolic_pe.sv rtl/systolic_grid.sv; "
                            "hierarchy -check -top systolic_grid; proc; check -assert"},
                           folder.path(), kLimit);
    EXPECT_EQ(read.status, 0) << name_of(config) << "\n" << read.output;
    EXPECT_EQ(read.output, "") << name_of(config);
  }
}

/// Multiprocessors of one and several partitions, with the fewest and with many stages and lanes.
std::vector<hw::gpu::SmConfig> multiprocessors() {
  hw::gpu::SmConfig small;
  small.warp_size = 4;
  small.lanes = 1;
  small.mac_stages = 3;
  small.shared_bytes = 4 * 1021;
  small.shared_banks = 4;
  hw::gpu::SmConfig large;
  large.partitions = 3;
  large.mac_stages = 7;
  large.shared_bytes = 64;
  large.multiplier = standard_multiplier(*hw::find_multiplier_family("drum")).table();
  hw::gpu::SmConfig one_bank = small;
  one_bank.shared_banks = 1;
  return {small, large, one_bank};
}

TEST(Design, OfAMultiprocessorIsCleanUnderVerilatorsLint) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  for (const hw::gpu::SmConfig& config : multiprocessors()) {
    const ScratchFolder folder;
    const Design design = sm_datapath_design(config);
    write_design(design, folder.path() / "rtl");
    const std::string list = (folder.path() / "rtl" / "files.f").string();
    const ChildResult lint = process::run_child({"verilator", "--lint-only", "-Wall", "-f", list}, "/", kLimit);
    EXPECT_EQ(lint.status, 0) << design.description;
    EXPECT_EQ(lint.output, "") << design.description;
  }
}

TEST(Design, OfAMultiprocessorIsReadByYosys) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  for (const hw::gpu::SmConfig& config : multiprocessors()) {
    const ScratchFolder folder;
    const Design design = sm_datapath_design(config);
    write_design(design, folder.path() / "rtl");
    std::string files;
    for (const SourceFile& source : design.sources) {
      files += " rtl/" + source.name;
    }
    const ChildResult read = process::run_child(
        {"yosys", "-q", "-p",
         "read_verilog -sv" + files + "; hierarchy -check -top " + design.top + "; proc; check -assert"},
        folder.path(), kLimit);
    EXPECT_EQ(read.status, 0) << design.description << "\n" << read.output;
    EXPECT_EQ(read.output, "") << design.description;
  }
}

TEST(Design, RefusesAMemoryInEachLaneOfALargeMultiprocessor) {
  std::mt19937 random(1);
  hw::gpu::SmConfig config;
  config.multiplier = test::random_multiplier(random);
  config.partitions = 4;  // of 16 lanes
  EXPECT_NO_THROW(sm_datapath_design(config));
  config.partitions = 5;
  EXPECT_THROW(sm_datapath_design(config), RtlError);
}

TEST(Design, HoldsTheCircuitOfAFamily) {
  const GridConfig drum(64, 64, Dataflow::kWeightStationary,
                        standard_multiplier(*hw::find_multiplier_family("drum")).table());
  const std::string text = grid_design(drum).sources.front().text;
  EXPECT_EQ(text.find("// drum:k="), 0U) << text;
  EXPECT_NE(text.find("module systolic_multiplier ("), std::string::npos) << text;
  EXPECT_EQ(text.find("PRODUCTS"), std::string::npos) << text;
}

TEST(Design, RefusesAMemoryInEachElementOfALargeArray) {
  std::mt19937 random(1);
  const hw::Multiplier table = test::random_multiplier(random);
  EXPECT_NO_THROW(grid_design(GridConfig(16, 16, Dataflow::kWeightStationary, table)));
  EXPECT_THROW(grid_design(GridConfig(16, 17, Dataflow::kWeightStationary, table)), RtlError);
}

/// Accelerators of every dataflow with buffers of odd sizes, the smallest one among them, which has checksums; the
/// larger ones with check bits; both with a check of weights.
std::vector<hw::AcceleratorConfig> accelerators() {
  std::vector<hw::AcceleratorConfig> all;
  for (const Dataflow dataflow :
       {Dataflow::kWeightStationary, Dataflow::kOutputStationary, Dataflow::kInputStationary}) {
    for (const auto& [rows, columns] : {std::pair{1, 1}, {3, 5}}) {
      hw::AcceleratorConfig config{GridConfig(rows, columns, dataflow, hw::Multiplier())};
      config.input_buffer_bytes = 1 + 300 * (rows - 1);
      config.weight_buffer_bytes = config.output_buffer_bytes = config.input_buffer_bytes;
      config.psum_rows = rows;
      config.parameter_entries = columns;
      config.bus_bytes = columns;
      if (rows == 1) {
        config.protection.checksum = hw::ArrayChecksum{dataflow != Dataflow::kInputStationary};
        config.protection.weight_check = hw::WeightCheck{hw::WeightCheck::Mode::kRange};
      }
      all.push_back(config);
    }
    hw::ProtectionConfig units;
    units.memories = {{"input", "secded", hw::ErrorAction::kFlag},
                      {"weight", "parity", hw::ErrorAction::kZero},
                      {"partial_sum", "secded", hw::ErrorAction::kZero},
                      {"output", "secded", hw::ErrorAction::kFlag}};
    units.bypass = hw::ElementBypass{{{1, 1, 0, 2}}};
    units.weight_check = hw::WeightCheck{hw::WeightCheck::Mode::kBits};
    all.back().protect(units);
    for (const hw::SpareColumns& spares : {hw::SpareColumns{1, {0}}, {3, {1, 4}}}) {
      units.spare_columns = spares;
      all.push_back(all.back());
      all.back().protect(units);
      units.memories.clear();
    }
    all.push_back(all.front());
    units = {};
    units.spare_columns = hw::SpareColumns{1, {}};
    all.back().grid.dataflow = dataflow;
    all.back().protect(units);
  }
  return all;
}

TEST(Design, OfTheWholeAcceleratorIsCleanUnderVerilatorsLint) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  std::vector<hw::AcceleratorConfig> all = accelerators();
  all.emplace_back(hw::AcceleratorConfig{GridConfig(2, 40, Dataflow::kWeightStationary, hw::Multiplier())});
  for (const hw::AcceleratorConfig& config : all) {
    const ScratchFolder folder;
    write_design(accelerator_design(config), folder.path() / "rtl");
    const std::string list = (folder.path() / "rtl" / "files.f").string();
    const ChildResult lint = process::run_child({"verilator", "--lint-only", "-Wall", "-f", list}, "/", kLimit);
    EXPECT_EQ(lint.status, 0) << name_of(config.grid);
    EXPECT_EQ(lint.output, "") << name_of(config.grid);
  }
}

TEST(Design, OfTheWholeAcceleratorIsReadByYosys) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  for (const hw::AcceleratorConfig& config : accelerators()) {
    const ScratchFolder folder;
    const Design design = accelerator_design(config);
    write_design(design, folder.path() / "rtl");
    std::string sources;
    for (const SourceFile& source : design.sources) {
      sources += " rtl/" + source.name;
    }
    const ChildResult read = process::run_child(
        {"yosys", "-q", "-p",
         "read_verilog -sv" + sources + "; hierarchy -check -top systolic_accelerator; proc; check -assert"},
        folder.path(), kLimit);
    EXPECT_EQ(read.status, 0) << name_of(config.grid) << "\n" << read.output;
    EXPECT_EQ(read.output, "") << name_of(config.grid);
  }
}

TEST(Design, MapsEveryFieldToAPathOfItsOwn) {
  for (const GridConfig& config : configurations()) {
    const Design design = grid_design(config);
    std::set<std::string> paths;
    for (const MappedSignal& signal : design.signals) {
      const std::string name = signal.field.path.substr(signal.field.path.rfind('.'));
      EXPECT_EQ(signal.path.substr(signal.path.rfind('.')), name) << name_of(config);
      for (size_t element = 0; element < signal.field.element_count(); ++element) {
        EXPECT_TRUE(paths.insert(element_path(signal, element)).second) << name_of(config);
      }
    }
  }
  const Design design = grid_design(GridConfig(3, 5, Dataflow::kWeightStationary, hw::Multiplier()));
  EXPECT_EQ(element_path(design.signals.front(), 7), "row[1].column[2].u_pe.psum");
}

TEST(DesignFolder, IsReplacedOnlyWhereItHoldsAnEarlierDesign) {
  const GridConfig small(1, 1, Dataflow::kWeightStationary, hw::Multiplier());
  const GridConfig large(4, 4, Dataflow::kOutputStationary, hw::Multiplier());
  const ScratchFolder folder;
  const std::filesystem::path out = folder.path() / "rtl";
  write_design(grid_design(small), out);
  write_design(grid_design(large), out);
  EXPECT_NE(process::read_text(out / "systolic_grid.sv").find("ROWS    = 4"), std::string::npos);

  folder.write("rtl/notes.txt", "mine");
  EXPECT_THROW(write_design(grid_design(small), out), RtlError);
  EXPECT_NE(process::read_text(out / "systolic_grid.sv").find("ROWS    = 4"), std::string::npos);
  EXPECT_THROW(write_design(grid_design(small), out / "notes.txt"), RtlError);

  size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    entries += entry.exists() ? 1 : 0;
  }
  EXPECT_EQ(entries, 1U) << "something half-written stayed behind";
}

TEST(DesignFolder, MustHoldNothingElse) {
  const GridConfig config(1, 1, Dataflow::kWeightStationary, hw::Multiplier());
  const ScratchFolder folder;
  folder.write("systolic_pe.sv", "not ours");
  EXPECT_THROW(write_design(grid_design(config), folder.path()), RtlError);
  EXPECT_EQ(process::read_text(folder.path() / "systolic_pe.sv"), "not ours");
}

}  // namespace
}  // namespace faultline::rtl
