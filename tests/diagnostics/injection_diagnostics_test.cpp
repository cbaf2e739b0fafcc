#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

/// One bad input. `FILE` in the arguments is the path of `content`, written as `name`; the model and data are good.
struct BadInput {
  std::string name;  ///< of the case
  std::string arguments;
  std::string file_name;  ///< empty: no file
  std::string content;
  std::string message;  ///< part of what stderr says
};

void PrintTo(const BadInput& bad, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << bad.arguments;
}

const std::string kModel = std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx";
const std::string kGood = " --model " + kModel + " --data builtin:digits";

std::string inject(const std::string& more) {
  return "inject" + kGood + " --image 0 " + more;
}

BadInput experiment(const std::string& name, const std::string& lines, const std::string& message) {
  return {name, "campaign FILE", "e.yaml", lines, message};
}

/// An experiment whose fault list is bad: `rows` follow the header.
BadInput list(const std::string& name, const std::string& rows, const std::string& message) {
  return {name, "campaign FILE", "l.csv", "path,mask,model,start,duration,period\n" + rows, message};
}

std::string faults(const std::string& section) {
  return "model: " + kModel + "\ndata: {source: builtin:digits, images: 1}\nfaults: " + section + "\n";
}

const std::string kSample = "{model: flip, sample: 5, where: [buffer.weight]}";

std::vector<BadInput> bad_inputs() {
  return {
      {"UnknownSite", inject("--site array.pe[0][0].psumm"), "", "",
       "--site: no site matches 'array.pe[0][0].psumm'; the nearest path is array.pe[*][*].psum"},
      {"IndexOutOfRange", inject("--site array.pe[16][0].psum"), "", "", "indices there run from 0 to 15"},
      {"SiteSyntax", inject("--site array.pe[0"), "", "", "']' is missing"},
      {"SiteOfAnotherDataflow", inject("--site array.pe[0][0].accumulator"), "", "", "no site matches"},
      {"SeveralSites", inject("--site 'array.pe[*][0].psum'"), "", "", "names more than one site"},
      {"MaskZero", inject("--site array.pe[0][0].psum --mask 0"), "", "", "--mask: mask 0 selects no bit"},
      {"MaskTooWide", inject("--site array.pe[0][0].weight --mask 0x100"), "", "", "it has 8 bits"},
      {"MaskNoNumber", inject("--site array.pe[0][0].weight --mask 0xg"), "", "", "mask '0xg' is not a number"},
      {"UnknownModelOfFault", inject("--site array.pe[0][0].weight --fault upset"), "", "",
       "--fault: unknown fault model 'upset'"},
      {"WindowOutsideTheRun", inject("--site array.pe[0][0].weight --cycle 99999999"), "", "",
       "--cycle: the window starts at cycle 99999999, after the end of the run"},
      {"ImageOutOfRange", "inject --model " + kModel + " --data builtin:digits --image 10000 --site controller.phase",
       "", "", "has 10000 test images but 10001 were asked for"},
      {"EngineWithoutRegisters", inject("--site controller.phase --engine functional"), "", "",
       "--engine: no engine 'functional' that takes faults"},
      {"BadArray", inject("--site controller.phase --array 0x4"), "", "", "--array"},
      {"BadDataflow", inject("--site controller.phase --dataflow rs"), "", "", "--dataflow"},
      {"BadOption", inject("--site controller.phase --nonsense 1"), "", "", "--nonsense"},
      {"NegativeCycle", inject("--site controller.phase --cycle -4"), "", "", "--cycle"},
      {"SitesBadArray", "sites --array 300x2", "", "", "--array"},
      {"TruncatedModel", "inject --model FILE --data builtin:digits --site controller.phase", "m.onnx",
       test::read_file(kModel).substr(0, 5000), "m.onnx: "},
      {"MissingModel", "inject --model none.onnx --data builtin:digits --site controller.phase", "", "", "none.onnx: "},
      {"UnknownData", "inject --model " + kModel + " --data digits --site controller.phase", "", "", "digits"},
      {"TruncatedData", "inject --model " + kModel + " --data mnist:. --site controller.phase",
       "t10k-images-idx3-ubyte", std::string("\0\0\x08\x03\0\0", 6), "t10k"},
      {"DataOfAnotherShape", "inject --model " + kModel + " --data cifar10:. --site controller.phase", "test_batch.bin",
       std::string(3073 * 10, '\1'), "shape"},

      experiment("NotYaml", "model: [", "e.yaml:"),
      experiment("UnknownKey", faults(kSample) + "sede: 3\n", "e.yaml:4: unknown key 'sede'"),
      experiment("UnknownDataKey", "model: m\ndata: {sorce: x}\nfaults: {}\n", "e.yaml:2: unknown key 'sorce'"),
      experiment("UnknownFaultsKey", faults("{modle: flip}"), "e.yaml:3: unknown key 'modle'"),
      experiment("MissingModelKey", "data: {source: builtin:digits}\nfaults: " + kSample + "\n",
                 "key 'model' is missing"),
      experiment("MissingFaults", "model: m\ndata: {source: builtin:digits}\n", "key 'faults' is missing"),
      experiment("UnknownEngine", faults(kSample) + "engine: verilog\n", "e.yaml:4: no engine 'verilog'"),
      experiment("BadHangFactor", faults(kSample) + "hang_factor: 0.5\n", "e.yaml:4: hang_factor is '0.5'"),
      experiment("BadSample", faults("{model: flip, sample: 0, where: [buffer.weight]}"), "e.yaml:3: sample is '0'"),
      experiment("UnknownSampleModel", faults("{model: set, sample: 1, where: [x]}"),
                 "e.yaml:3: unknown fault model 'set'"),
      experiment("WhereIsNoList", faults("{model: flip, sample: 1, where: buffer.weight}"),
                 "e.yaml:3: where is not a list"),
      experiment("WhereIsEmpty", faults("{model: flip, sample: 1, where: []}"), "e.yaml:3: where is empty"),
      experiment("WhereMatchesNothing", faults("{model: flip, sample: 1, where: [buffer.wieght]}"),
                 "e.yaml:3: no site matches 'buffer.wieght'; the nearest path is buffer.weight[*]"),
      experiment("NoWireNamed", faults("{model: flip, sample: 1, where: [buffer.weight], population: wire}"),
                 "no wire site is among those named"),
      experiment("UnknownPopulation", faults("{model: flip, sample: 1, where: [buffer.weight], population: all}"),
                 "unknown population 'all'"),
      experiment("TooManyBits", faults("{model: flip, sample: 1, where: [buffer.weight], bits: 9}"),
                 "no site named has 9 bits"),
      experiment("TooManyExperiments", faults("{model: flip, sample: 10000001, where: [buffer.weight]}"),
                 "10000001 experiments are too many for one run"),
      experiment("ListAndSample", faults("{list: x.csv, sample: 4}"), "'sample' stands beside a fault list"),
      experiment("MissingList", faults("{list: none.csv}"), "none.csv: cannot be read"),
      experiment("ListOfNoForm", faults("{list: none.txt}"), "none.txt: is no fault list by its name"),
      {"SamplesOfAList", "campaign FILE --samples 3", "e.yaml", faults("{list: x.csv}"), "--samples: "},
      {"WrittenListOfNoForm", "campaign FILE --write-list drawn.txt", "e.yaml", faults(kSample),
       "drawn.txt: is no fault list by its name"},
      {"MissingExperiment", "campaign none.yaml", "", "", "none.yaml: cannot be read"},

      list("UnknownColumn", "", "l.csv: holds no fault"),
      list("ListUnknownPath", "buffer.wait[0],1,flip,0,1,0\n", "l.csv:2: no site matches 'buffer.wait[0]'"),
      list("ListMaskTooWide", "buffer.weight[0],256,flip,0,1,0\n", "l.csv:2: mask 0x100 has bits outside the width"),
      list("ListWindowOutside", "buffer.weight[0],1,flip,0,1,0\nbuffer.weight[0],1,flip,99999999,1,0\n",
           "l.csv:3: the window starts at cycle 99999999"),
      list("ListTruncated", "buffer.weight[0],1,fl", "l.csv:2: 3 values for 6 columns"),
      list("ListBadNumber", "buffer.weight[0],1,flip,soon,1,0\n", "l.csv:2: start 'soon' is not a number"),
      list("ListUnknownModel", "buffer.weight[0],1,set,0,1,0\n", "l.csv:2: unknown fault model 'set'"),
  };
}

class InjectionDiagnostics : public testing::TestWithParam<BadInput> {};

size_t files_in(const std::filesystem::path& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::recursive_directory_iterator(folder),
                                           std::filesystem::recursive_directory_iterator()));
}

TEST_P(InjectionDiagnostics, IsOneLineAndWritesNothing) {
  const BadInput& bad = GetParam();
  const test::TemporaryFolder folder;
  std::string arguments = bad.arguments;
  if (!bad.file_name.empty()) {
    std::string file = folder.write(bad.file_name, bad.content);
    if (bad.file_name == "l.csv") {
      file = folder.write("e.yaml", faults("{list: l.csv}"));
    }
    const size_t place = arguments.find("FILE");
    if (place != std::string::npos) {
      arguments.replace(place, 4, file);
    }
  }
  const size_t files_before = files_in(folder.path());
  const test::RunResult run = test::run_faultline(arguments, folder.path());
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err.substr(0, 11), "faultline: ");
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr(bad.message));
  EXPECT_EQ(files_in(folder.path()), files_before);
}

INSTANTIATE_TEST_SUITE_P(All, InjectionDiagnostics, testing::ValuesIn(bad_inputs()),
                         [](const testing::TestParamInfo<BadInput>& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline
