#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/refusal.h"

namespace faultline {
namespace {

/// One bad input: `content` is written to `file` in the folder that the command runs in.
struct BadMultiplier {
  std::string name;  ///< of the case
  std::string arguments;
  std::string file;
  std::string content;
  std::string message;  ///< part of what stderr says
};

void PrintTo(const BadMultiplier& bad, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << bad.arguments;
}

const char* const kExactC = "int f(int a, int b) { return a * b; }\n";

std::vector<BadMultiplier> bad_multipliers() {
  return {
      {"NoSubcommand", "multiplier", "", "", "A subcommand is required"},
      {"MetricsOfNothing", "multiplier metrics", "", "",
       "no multiplier is given; give the name of one, or --table FILE"},
      {"MetricsOfUnknown", "multiplier metrics drums", "", "",
       "multiplier 'drums' is unknown; give booth, broken_array"},
      {"MetricsTwice", "multiplier metrics drum --table t", "", "", "excludes"},
      {"MetricsBothTypes", "multiplier metrics drum --signed --unsigned", "", "", "excludes"},
      {"MetricsUndeclared", "multiplier metrics --table t", "", "", "neither --signed nor --unsigned is given"},
      {"MetricsShortTable", "multiplier metrics --table t --signed", "t", "abc", "t: is 3 bytes"},
      {"MetricsPlotNowhere", "multiplier metrics drum --svg none/a.svg", "", "", "none/a.svg: cannot be written"},
      {"RtlWidth", "multiplier rtl drum --bits 9", "", "", "--bits: '9' is no width of operands; give 8, 12 or 16"},
      {"RtlParameter", "multiplier rtl drum:k=1", "", "", "drum: k is '1'; give a whole number from 2 to 8"},
      {"RtlNowhere", "multiplier rtl drum -o none/a.sv", "", "", "none/a.sv: cannot be written"},
      {"ImportNoFile", "multiplier import none.c --signed -o t", "", "", "none.c: is no file that can be read"},
      {"ImportUndeclared", "multiplier import f.c -o t", "f.c", kExactC,
       "f.c: neither --signed nor --unsigned is given"},
      {"ImportNoOut", "multiplier import f.c --signed", "f.c", kExactC, "--out is required"},
      {"ImportNowhere", "multiplier import f.c --signed -o none/t", "f.c", kExactC, "none/t.json: cannot be written"},
      {"ImportTop", "multiplier import f.c --signed -o t --top g", "f.c", kExactC, "defines no function 'g'"},
      {"ImportWrongType", "multiplier import f.c --unsigned -o t", "f.c",
       "int f(signed char a, signed char b) { return a * b; }\n", "declare it signed"},
      {"CalibrateWithoutData",
       "run --model " FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx --calibrate 5 --input x.npy", "", "",
       "--calibrate: there are no training images without --data; name a data set"},
      {"AnalyzeUnknown",
       "analyze multipliers drums --model " FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx --data builtin:digits", "",
       "", "multiplier 'drums' is unknown"},
      {"AnalyzeWithoutCalibration", "analyze multipliers --model M --data builtin:digits --calibration-images 0", "",
       "", "--calibration-images"},
      {"CostOfNothing", "cost", "", "", "nothing to cost is given; give --multiplier NAME, --pe, --array"},
      {"CostOfUnknown", "cost --multiplier drums", "", "", "multiplier 'drums' is unknown"},
      {"CostOfTwo", "cost --multiplier drum --verilog m.v", "", "", "excludes"},
      {"CostOfNoFile", "cost --verilog none.v", "", "", "none.v: cannot be read or is empty"},
      {"CostOfShortTable", "cost --multiplier table:t", "t", "abc", "t: is 3 bytes"},
      {"CostOfATablesOperands", "cost --multiplier table:t --operands m.onnx --data builtin:digits", "t", "abc",
       "--operands: a table has no gates that switch; give a multiplier of a family"},
      {"CostOfOperandsWithoutImages", "cost --multiplier drum --operands m.onnx", "", "", "--operands requires --data"},
      {"CostOfOperandsOfSeveral",
       "cost --multiplier drum --layer-multiplier conv1=exact --data builtin:digits --operands " FAULTLINE_SOURCE_DIR
       "/models/lenet5_digits.onnx",
       "", "", "layer_multipliers: the operands of one multiplier are asked for, but some have another"},
      {"CostOfOperandsOfAnotherWidth",
       "cost --multiplier drum --data builtin:digits --operands " FAULTLINE_SOURCE_DIR
       "/models/lenet5_digits_12bit.onnx",
       "", "", "the network has operands of 12 bits, the accelerator of 8"},
      {"CostOfWideTable", "cost --multiplier table:t --operand-bits 12", "", "",
       "'table:t' is a table of 8-bit operands, the array's have 12 bits"},
      {"CostOfWideElement", "cost --pe --operand-bits 12", "", "",
       "accelerator: the generated SystemVerilog has operands of 8 bits, the array of 12"},
      {"CostNoLiberty", "cost --multiplier drum --liberty none.lib", "", "", "none.lib: cannot be read or is empty"},
      {"CostNoYosys", "cost --multiplier drum", "", "", "needs the program yosys, which is not on PATH"},
      {"ImportNoVerilator", "multiplier import m.v --signed -o t", "m.v", "module m; endmodule\n",
       "m.v: needs the program verilator, which is not on PATH; install verilator"},
  };
}

class MultiplierDiagnostics : public testing::TestWithParam<BadMultiplier> {};

TEST_P(MultiplierDiagnostics, IsOneLineAndWritesNothing) {
  const BadMultiplier& bad = GetParam();
  const test::TemporaryFolder folder;
  if (!bad.file.empty()) {
    folder.write(bad.file, bad.content);
  }
  if (bad.name == "ImportNoVerilator" || bad.name == "CostNoYosys") {
    setenv("PATH", "/nonexistent", 1);
  }
  test::expect_refusal(bad.arguments, folder.path(), bad.message);
}

INSTANTIATE_TEST_SUITE_P(All, MultiplierDiagnostics, testing::ValuesIn(bad_multipliers()),
                         [](const testing::TestParamInfo<BadMultiplier>& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline
