// `faultline cosim`: random cases on the generated array, an array that somebody else wrote, broken ones, and bad maps.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rtl/rtl_available.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kVendor = FAULTLINE_SOURCE_DIR "/testbenches/cosim/vendor_array/mac_mesh";
const std::string kSource = kVendor + ".sv";
const std::string kMap = kVendor + ".map.yaml";

/// `text` with its only occurrence of `before` replaced.
std::string changed(std::string text, const std::string& before, const std::string& after) {
  const size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  EXPECT_EQ(text.find(before, at + 1), std::string::npos) << before;
  return at == std::string::npos ? text : text.replace(at, before.size(), after);
}

class EqualEngines : public testing::TestWithParam<const char*> {};

TEST_P(EqualEngines, AgreeOnRandomCases) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const test::RunResult run = test::run_faultline(
      std::string("cosim --array 8x8 --programs 20 --faults 80 --seed 1 --json --dataflow ") + GetParam(),
      folder.path());
  ASSERT_EQ(run.status, 0) << run.err << run.out;
  const json result = json::parse(run.out);
  EXPECT_EQ(result["cases"], 100);
  EXPECT_EQ(result["mismatches"], 0);
  EXPECT_TRUE(result["first_divergence"].is_null());
  EXPECT_GT(result["sites"]["bits"], 64 * 32);
  EXPECT_EQ(result["sites"]["injectable"], result["sites"]["bits"]);
  EXPECT_TRUE(result["sites"]["left_out"].empty());
  // Every cycle compares at least the six fields of 64 elements and 8 sums.
  EXPECT_GE(result["comparisons"].get<uint64_t>(), result["cycles"].get<uint64_t>() * (6 * 64 + 8));
}

INSTANTIATE_TEST_SUITE_P(Dataflows, EqualEngines, testing::Values("ws", "os", "is"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(Cosim, ComparesAnArrayThatSomebodyElseWrote) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const test::RunResult run = test::run_faultline(
      "cosim --array 3x5 --rtl '" + kSource + "' --map '" + kMap + "' --programs 10 --faults 60 --json", folder.path());
  ASSERT_EQ(run.status, 0) << run.err << run.out;
  EXPECT_EQ(json::parse(run.out)["cases"], 70);
}

TEST(Cosim, ComparesTheDatapathOfAGpu) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  folder.write("list.csv", "path,mask,model,start\npartition[0].mac_lane[3].product[1],0x4000,stuck_at_1,3\n");
  const std::string command = "cosim --accelerator '" FAULTLINE_SOURCE_DIR
                              "/testbenches/accelerators/sm_small.yaml' --programs 6 --seed 2 --json";
  const test::RunResult run = test::run_faultline(command + " --faults 40", folder.path());
  ASSERT_EQ(run.status, 0) << run.err << run.out;
  const json result = json::parse(run.out);
  EXPECT_EQ(result["cases"], 46);
  EXPECT_EQ(result["mismatches"], 0);
  EXPECT_TRUE(result["first_divergence"].is_null());
  // 4096 words of shared memory alone; what schedules has no RTL.
  EXPECT_GT(result["sites"]["injectable"], 4096 * 32);
  EXPECT_LT(result["sites"]["injectable"], result["sites"]["bits"]);
  EXPECT_GE(result["comparisons"].get<uint64_t>(), result["cycles"].get<uint64_t>() * 4096);

  const test::RunResult listed = test::run_faultline(command + " --fault-list list.csv", folder.path());
  ASSERT_EQ(listed.status, 0) << listed.err << listed.out;
  EXPECT_EQ(json::parse(listed.out)["cases"], 6 + 1);
}

TEST(Cosim, NamesTheFirstDifferenceAndItsLastWriter) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  folder.write("mesh.sv", changed(test::read_file(kSource), "act_vld_d && wgt_vld_q ?", "act_vld_d ?"));
  const test::RunResult run = test::run_faultline(
      "cosim --array 3x5 --rtl mesh.sv --map '" + kMap + "' --wave-dir waves --json", folder.path());
  ASSERT_EQ(run.status, 1) << run.err << run.out;
  const json result = json::parse(run.out);
  const json& first = result["first_divergence"];
  EXPECT_GE(result["mismatches"].get<int>(), 1);
  EXPECT_THAT(first["signal"].get<std::string>(), HasSubstr(".psum"));
  EXPECT_NE(first["reference"], first["other"]);
  EXPECT_EQ(first["last_writer"]["cycle"], first["cycle"]);
  EXPECT_EQ(first["last_writer"]["other"], first["other"]);
  for (const std::string engine : {"cycle", "rtl"}) {
    EXPECT_THAT(test::read_file(folder.path() / "waves" / (engine + ".vcd")), HasSubstr("psum [31:0]"));
    EXPECT_THAT(test::read_file(folder.path() / "waves" / (engine + ".gtkw")),
                HasSubstr(first["signal"].get<std::string>() + "[31:0]"));
  }

  const std::string repeat = first["repeat"];
  const test::RunResult again =
      test::run_faultline(repeat.substr(std::string("faultline ").size()) + " --json", folder.path());
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_EQ(json::parse(again.out)["first_divergence"], first);
}

TEST(Cosim, StrikesWhatAFaultListNames) {
  const test::TemporaryFolder folder;
  folder.write("list.csv", "path,mask,model,start\narray.pe[0:2][1].product,0x40,stuck_at_1,3\n");
  const std::string command = "cosim --array 2x2 --dataflow os --engines cycle,structural --programs 3 --json";
  const test::RunResult run = test::run_faultline(command + " --fault-list list.csv", folder.path());
  ASSERT_EQ(run.status, 0) << run.err << run.out;
  EXPECT_EQ(json::parse(run.out)["cases"], 3 + 2);
}

TEST(Cosim, ComparesWholeInferences) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const test::RunResult run =
      test::run_faultline("cosim --model '" FAULTLINE_SOURCE_DIR
                          "/models/lenet5_digits.onnx' --data builtin:digits --array 8x8 --dataflow os "
                          "--faults 1 --seed 3 --json",
                          folder.path());
  ASSERT_EQ(run.status, 0) << run.err << run.out;
  const json result = json::parse(run.out);
  EXPECT_EQ(result["cases"], 2);
  EXPECT_EQ(result["mismatches"], 0);
  EXPECT_GT(result["comparisons"].get<uint64_t>(), 1000 * result["cycles"].get<uint64_t>());
}

/// A way to go wrong, and part of what stderr says. `before` is replaced by `after` in the map or, where it is found
/// there, in the source.
struct BadDesign {
  const char* name;
  const char* before;
  const char* after;
  const char* message;
};

void PrintTo(const BadDesign& bad, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << bad.after;
}

class BadDesignTest : public testing::TestWithParam<BadDesign> {};

TEST_P(BadDesignTest, IsRefusedInOneLine) {
  FAULTLINE_NEEDS_VERILATOR();
  const BadDesign& bad = GetParam();
  const test::TemporaryFolder folder;
  const std::string source = test::read_file(kSource);
  const std::string map = test::read_file(kMap);
  const bool in_source = source.find(bad.before) != std::string::npos;
  folder.write("mesh.sv", in_source ? changed(source, bad.before, bad.after) : source);
  folder.write("map.yaml", in_source ? map : changed(map, bad.before, bad.after));
  const test::RunResult run =
      test::run_faultline("cosim --array 2x3 --rtl mesh.sv --map map.yaml --wave-dir waves", folder.path());
  EXPECT_EQ(run.status, 2) << run.out;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr(bad.message));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "waves"));
}

const BadDesign kBadDesigns[] = {
    {"unknown_key", "registers:", "flops:", "map.yaml:17: unknown key 'flops' in map; the keys are top, parameters"},
    {"unknown_register", "psum:", "psumm:", "map.yaml:25: unknown key 'psumm' in registers; the keys are psum,"},
    {"missing_port", "west_value: act_i", "west_value: act_x",
     "map.yaml:8: module mac_mesh has no port act_x; give the map's section ports the name of west_value; there are"},
    {"wrong_width", "NC: columns", "NC: 4", "mesh.sv:13: port wgt_i (north_value) has 32 bits; an array of 2x3 needs"},
    {"wrong_direction", "south_sum: acc_o", "south_sum: wgt_i",
     "port wgt_i (south_sum) is an input; make it an output"},
    {"missing_signal", "psum: g_r[*].g_c[*].acc_q", "psum: g_r[*].g_c[*].sum_q",
     "map.yaml:25: the design has no signal g_r[0].g_c[0].sum_q for psum;"},
    {"one_index", "psum: g_r[*].", "psum: g_r[0].", "map.yaml:25: 'g_r[0].g_c[*].acc_q' has 1 places for an index;"},
    {"narrow_vector", "activation: act_q", "activation: act_vld_q",
     "act_vld_q (activation) has 6 bits; a plain vector"},
    {"no_level", "active: low", "active: down", "map.yaml:4: 'down' is no level of a reset; give low or high"},
    {"no_top", "top: mac_mesh", "top: mesh", "mesh.sv: Verilator refuses it: %Error: Specified --top-module 'mesh'"},
    {"syntax", "endmodule", "endmodul", "mesh.sv:"},
    {"wrong_reset", "active: low", "active: high", "(array.pe[0][0].psum) changes nothing; an output, or what the"},
    {"forgets_to_reset", "acc_q            <= 32'd0;", "", "mesh.sv: g_r[0].g_c[0].acc_q is 0x"},
};

INSTANTIATE_TEST_SUITE_P(Maps, BadDesignTest, testing::ValuesIn(kBadDesigns),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(CosimOptions, AreRefusedInOneLine) {
  const test::TemporaryFolder folder;
  const std::pair<const char*, const char*> kBad[] = {
      {"--engines cycle", "faultline: --engines: 'cycle' does not name two engines; "},
      {"--engines cycle,cycle", "faultline: --engines: 'cycle,cycle' does not name two engines; "},
      {"--engines cycle,cone",
       "faultline: --engines: there is no engine 'cone' of the array; give two of cycle, rtl, "},
      {"--programs 0 --engines cycle,structural", "faultline: --programs: 0 programs run nothing; give 1 or more\n"},
      {"--case 550 --engines cycle,structural", "faultline: --case: there is no case 550; give 0 to 549\n"},
      {"--map m.yaml", "faultline: --map: there is no design whose names it could give; give --rtl too\n"},
      {"--rtl a.sv --engines cycle,structural", "faultline: --rtl: neither engine is rtl; make rtl one of --engines\n"},
      {"--rtl a.sv", "faultline: a.sv: cannot be read; give a SystemVerilog file\n"},
  };
  for (const auto& [arguments, message] : kBad) {
    const test::RunResult run = test::run_faultline("cosim --array 2x2 " + std::string(arguments), folder.path());
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(run.out, "") << arguments;
    EXPECT_THAT(run.err, testing::StartsWith(message)) << arguments;
  }
}

TEST(CosimOptions, ThatAGpuHasNotAreRefusedInOneLine) {
  const test::TemporaryFolder folder;
  const std::pair<const char*, const char*> kBad[] = {
      {"cosim --engines cycle,rtl",
       "faultline: --engines: does not apply to a GPU, whose datapath is compared with its RTL; leave"},
      {"cosim --wave-dir waves",
       "faultline: --wave-dir: does not apply to a GPU, whose datapath is compared with its RTL; leave"},
      {"cosim --array 2x2", "faultline: --array: does not apply to the GPU that "},
      {"cosim --programs 0", "faultline: --programs: 0 programs run nothing; give 1 or more\n"},
      {"rtl --out rtl --grid", "faultline: --grid: a GPU has no grid of processing elements; leave it out\n"},
  };
  for (const auto& [command, message] : kBad) {
    const test::RunResult run = test::run_faultline(
        std::string(command) + " --accelerator '" FAULTLINE_SOURCE_DIR "/testbenches/accelerators/sm_small.yaml'",
        folder.path());
    EXPECT_EQ(run.status, 2) << command;
    EXPECT_EQ(run.out, "") << command;
    EXPECT_THAT(run.err, testing::StartsWith(message)) << command;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << command;
  }
}

}  // namespace
}  // namespace faultline
