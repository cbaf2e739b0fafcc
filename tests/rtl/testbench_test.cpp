// The testbench that `faultline rtl` writes beside a design: clean under Verilator's lint, passes on the design, and
// names the first cycle and signal of a broken one.
#include <chrono>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/process/child_process.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using process::ChildResult;
using testing::ContainsRegex;
using testing::HasSubstr;

constexpr auto kLimit = std::chrono::minutes(20);

/// A generated design and its testbench.
class Testbench : public testing::Test {
 protected:
  void SetUp() override { FAULTLINE_NEEDS_VERILATOR(); }
  void write(const std::string& arguments) {
    const test::RunResult run = test::run_faultline("rtl --out rtl " + arguments, folder_.path());
    ASSERT_EQ(run.status, 0) << run.err;
  }
  void change(const std::string& file, const std::string& before, const std::string& after) {
    std::string text = test::read_file(folder_.path() / "rtl" / file);
    const size_t at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    folder_.write("rtl/" + file, text.replace(at, before.size(), after));
  }
  ChildResult lint() const {
    return process::run_child({"verilator", "--lint-only", "-Wall", "--timing", "--top-module", "systolic_testbench",
                               "-f", "rtl/testbench.f"},
                              folder_.path(), kLimit);
  }
  ChildResult build_and_run() const {
    const ChildResult build = process::run_child(
        {"verilator", "--binary", "-j", "2", "-Wno-fatal", "-f", "rtl/testbench.f", "--top-module",
         "systolic_testbench", "-Mdir", "obj_dir", "-o", "testbench", "-MAKEFLAGS",
         std::string("OPT_FAST=-O0 OPT_GLOBAL=-O0") + (process::on_path("ccache") ? " OBJCACHE=ccache" : "")},
        folder_.path(), kLimit);
    EXPECT_EQ(build.status, 0) << build.output;
    return process::run_child({"./obj_dir/testbench", "+vectors=rtl"}, folder_.path(), kLimit);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Testbench, IsCleanUnderVerilatorsLint) {
  for (const char* const arguments :
       {"--array 1x1 --dataflow ws", "--array 3x5 --dataflow os", "--array 4x2 --dataflow is",
        "--grid --array 1x1 --dataflow os", "--grid --array 3x5 --dataflow ws"}) {
    write(arguments);
    const ChildResult result = lint();
    EXPECT_EQ(result.status, 0) << arguments;
    EXPECT_EQ(result.output, "") << arguments;
  }
}

TEST_F(Testbench, PassesOnTheDesign) {
  folder_.write("tmr.yaml", "array: 2x3\ndataflow: is\nprotection: [tmr, secded]\n");
  write("--accelerator tmr.yaml");
  const ChildResult run = build_and_run();
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("PASS: "));
}

TEST_F(Testbench, PassesWithDuplicatedChannelsAndIntervals) {
  folder_.write("edac.yaml", "array: 2x3\nprotection: [edac, 'channel_bounds:outside=zero']\n");
  write("--accelerator edac.yaml");
  EXPECT_EQ(lint().output, "");
  const ChildResult run = build_and_run();
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("PASS: "));
}

/// Its convolution has neurons that the unit takes care of.
TEST_F(Testbench, NamesTheFirstDifferenceOfABrokenNeuronUnit) {
  folder_.write("lcu.yaml", "array: 2x3\nprotection: [lcu, secded]\n");
  write("--accelerator lcu.yaml");
  const ChildResult clean = lint();
  EXPECT_EQ(clean.output, "");
  change("systolic_neuron_unit.sv", "write_address <= target;", "write_address <= fetched_address;");
  const ChildResult run = build_and_run();
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("FAIL: cycle "));
}

TEST_F(Testbench, NamesTheFirstDifferenceOfABrokenElement) {
  write("--array 2x3 --dataflow os --seed 3");
  change("systolic_pe.sv", "accumulator + 32'(product)", "accumulator - 32'(product)");
  const ChildResult run = build_and_run();
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.output, ContainsRegex("FAIL: cycle [0-9]+: u_grid.row\\[0\\].column\\[0\\].u_pe.accumulator is "
                                        "[0-9a-f]+, expected [0-9a-f]+"));
  EXPECT_EQ(run.output.find("PASS"), std::string::npos);
}

TEST_F(Testbench, PassesOnTheGridAlone) {
  write("--grid --array 3x2 --dataflow ws --seed 2");
  const ChildResult run = build_and_run();
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("PASS: "));
}

TEST_F(Testbench, NamesTheFirstDifferenceOfABrokenGrid) {
  write("--grid --array 2x3 --dataflow os");
  change("systolic_grid.sv", "row[r].column[c-1].activation;", "row[r].column[0].activation;");
  const ChildResult run = build_and_run();
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.output, ContainsRegex("FAIL: cycle [0-9]+: [a-z_]+.* is [0-9a-f]+, expected [0-9a-f]+"));
  EXPECT_EQ(run.output.find("PASS"), std::string::npos);
}

TEST_F(Testbench, NamesTheFirstDifferenceOfABrokenTransfer) {
  write("--array 2x3 --dataflow ws");
  change("systolic_dma.sv", "dram_row_address <= command.dram_address;",
         "dram_row_address <= command.dram_address + 32'd1;");
  const ChildResult run = build_and_run();
  EXPECT_NE(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("FAIL: cycle "));
}

}  // namespace
}  // namespace faultline
