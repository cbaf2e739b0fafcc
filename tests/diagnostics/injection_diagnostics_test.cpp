#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/refusal.h"

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

std::string upset(const std::string& section) {
  return faults("{model: flip, sample: 5, where: [buffer.weight], upset: " + section + "}");
}

std::string importance(const std::string& factors) {
  return faults("{model: flip, sample: 5, where: [buffer.weight], importance: " + factors + "}");
}

std::string map(const std::string& model, const std::string& where, const std::string& section) {
  return faults("{model: " + model + ", sample: 5, where: [\"" + where + "\"], map: " + section + "}");
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
      experiment("TooManyExperiments", faults("{model: flip, sample: 100000001, where: [buffer.weight]}"),
                 "100000001 experiments on 1 images each are too many for one campaign"),
      experiment("MoreThanThePopulation", faults("{model: stuck_at, sample: 100, where: [controller.phase]}"),
                 "e.yaml:3: a sample of 100 from a population of 48; draw fewer"),
      experiment("MoreImagesThanThereAre", faults("{model: flip, sample: 5, where: [buffer.weight], images: 2}"),
                 "e.yaml:3: each fault is to strike 2 images of 1"),
      experiment("BadImages", faults("{model: flip, sample: 5, where: [buffer.weight], images: none}"),
                 "e.yaml:3: images is 'none'"),
      experiment("AllOfTooMany", faults("{model: flip, sample: all, where: [buffer.weight]}"),
                 "are too many for one campaign"),
      experiment("UnknownStrata", faults("{model: flip, sample: 5, where: [buffer.weight], strata: field}"),
                 "e.yaml:3: unknown strata 'field'; use structure, layer, bit"),
      experiment("RepeatedStrata", faults("{model: flip, sample: 5, where: [buffer.weight], strata: [bit, bit]}"),
                 "e.yaml:3: strata name 'bit' twice"),
      experiment("EmptyStrata", faults("{model: flip, sample: 5, where: [buffer.weight], strata: []}"),
                 "e.yaml:3: strata is empty"),
      experiment("LayersOfPermanentFaults",
                 faults("{model: stuck_at, sample: 5, where: [buffer.weight], strata: layer}"),
                 "e.yaml:3: faults that last the whole run belong to no layer"),
      experiment("MoreStrataThanExperiments", faults("{model: flip, sample: 5, where: [buffer.weight], strata: bit}"),
                 "e.yaml:3: a sample of 5 for 8 strata; draw at least 8"),
      experiment(
          "PilotTooSmall",
          faults("{model: flip, sample: 100, where: [buffer.weight], strata: bit, allocation: neyman, pilot: 8}"),
          "e.yaml:3: a pilot of 8 in a sample of 100 for 8 strata; make it at least 32"),
      experiment("PilotWithoutNeyman",
                 faults("{model: flip, sample: 100, where: [buffer.weight], strata: bit, pilot: 40}"),
                 "e.yaml:3: 'pilot' means nothing without 'allocation: neyman'"),
      experiment("UnknownAllocation",
                 faults("{model: flip, sample: 100, where: [buffer.weight], strata: bit, allocation: equal}"),
                 "e.yaml:3: unknown allocation 'equal'"),
      experiment("AllocationWithoutStrata",
                 faults("{model: flip, sample: 100, where: [buffer.weight], allocation: neyman}"),
                 "e.yaml:3: 'allocation' means nothing without 'strata'"),
      experiment("AllOfStrata", faults("{model: flip, sample: all, where: [buffer.weight], strata: bit}"),
                 "e.yaml:3: 'sample: all' and 'strata' contradict each other"),
      experiment("UpsetThatDoesNotAddUp", upset("{multiplicity: {1: 0.5, 2: 0.4}, pattern: adjacent_bits}"),
                 "e.yaml:3: the probabilities of multiplicity add up to 0.9"),
      experiment("UpsetOfNoBits", upset("{multiplicity: {0: 1}, pattern: adjacent_bits}"),
                 "e.yaml:3: multiplicity '0' is no number of bits; use 1 to 64"),
      experiment("UpsetWithoutDistribution", upset("{multiplicity: 2, pattern: adjacent_bits}"),
                 "e.yaml:3: multiplicity is no list of bits and probabilities"),
      experiment("UnknownPattern", upset("{multiplicity: {2: 1}, pattern: diagonal}"),
                 "e.yaml:3: unknown pattern 'diagonal'; use adjacent_bits or neighbouring_pes"),
      experiment("UnknownUpsetKey", upset("{multiplicities: {2: 1}, pattern: adjacent_bits}"),
                 "e.yaml:3: unknown key 'multiplicities'"),
      experiment("UpsetAndBits", upset("{multiplicity: {2: 1}, pattern: adjacent_bits}, bits: 2"),
                 "e.yaml:3: 'upset' and 'bits' contradict each other"),
      experiment(
          "UpsetOfStuckAts",
          faults("{model: stuck_at, sample: 5, where: [buffer.weight], upset: {multiplicity: {2: 1}, pattern: x}}"),
          "e.yaml:3: an upset of model stuck_at; use model flip"),
      experiment("UpsetOfAll",
                 faults("{model: flip, sample: all, where: [controller.phase], upset: {multiplicity: {2: 1}}}"),
                 "e.yaml:3: 'upset' means nothing beside 'sample: all'"),
      experiment("BadBer", faults("{model: flip, sample: 5, where: [buffer.weight], ber: 1.5}"),
                 "e.yaml:3: ber is '1.5'; give a number from 0 to 1"),
      experiment("StartWithoutBer", faults("{model: flip, sample: 5, where: [buffer.weight], start: 5}"),
                 "e.yaml:3: 'start' means nothing without 'ber'"),
      experiment("StartAfterTheRun",
                 faults("{model: flip, sample: 5, where: [buffer.weight], ber: 0.1, start: 99999999}"),
                 "e.yaml:3: the window starts at cycle 99999999"),
      experiment("StartOfPermanentFaults",
                 faults("{model: stuck_at, sample: 5, where: [buffer.weight], ber: 0.1, start: 5}"),
                 "e.yaml:3: faults that last the whole run have no start to choose"),
      experiment("BerAndBits", faults("{model: flip, sample: 5, where: [buffer.weight], ber: 0.1, bits: 2}"),
                 "e.yaml:3: 'bits' means nothing beside 'ber'"),
      experiment("BerAndStrata", faults("{model: flip, sample: 5, where: [buffer.weight], ber: 0.1, strata: bit}"),
                 "e.yaml:3: 'ber' and 'strata' contradict each other"),
      experiment("ImportanceIsNoMapping", importance("10"), "e.yaml:3: importance is no list of patterns and factors"),
      experiment("ImportanceOfNothing", importance("{buffer.weight: 0}"),
                 "e.yaml:3: a factor of importance is '0'; give a number from"),
      experiment("ImportanceOfUnknownSites", importance("{buffer.wait: 2}"), "e.yaml:3: no site matches 'buffer.wait'"),
      experiment("ImportanceOfOtherSites", importance("{controller.phase: 2}"),
                 "e.yaml:3: 'controller.phase' names nothing that is drawn from"),
      experiment("ImportanceTwice", importance("{buffer.weight: 2, \"buffer.weight[0]\": 3}"),
                 "e.yaml:3: 'buffer.weight[0]' names sites that another pattern of importance names"),
      experiment("MapOfFlips", map("flip", "array.pe[*][*].weight", "{fraction: 0.1}"),
                 "e.yaml:3: a fault map holds permanent faults"),
      experiment("MapOfABuffer", map("stuck_at", "buffer.weight", "{fraction: 0.1}"),
                 "e.yaml:3: a fault map of buffer.weight[*]; name fields of array.pe[*][*].*"),
      experiment("MapOfNothing", map("stuck_at", "array.pe[*][*].weight", "{fraction: 0.001}"),
                 "e.yaml:3: 0.001 of 256 processing elements is none"),
      experiment("BadFraction", map("stuck_at", "array.pe[*][*].weight", "{fraction: 5}"), "e.yaml:3: fraction is '5'"),
      experiment("MapMaskTooWide", map("stuck_at", "array.pe[*][*].weight", "{fraction: 0.1, mask: 0x100}"),
                 "e.yaml:3: mask 0x100 has bits outside the width"),
      experiment("UnknownMapKey", map("stuck_at", "array.pe[*][*].weight", "{file: x.csv}"),
                 "e.yaml:3: unknown key 'file'"),
      experiment("MapWithADuration", map("stuck_at", "array.pe[*][*].weight", "{fraction: 0.1}, duration: 4"),
                 "e.yaml:3: 'duration' means nothing beside 'map'"),
      experiment("MarginAndSample", faults("{model: flip, sample: 5, where: [buffer.weight], margin: 0.01}"),
                 "e.yaml:3: 'margin' and 'sample' contradict each other"),
      experiment("BadMargin", faults("{model: flip, where: [buffer.weight], margin: 2}"), "e.yaml:3: margin is '2'"),
      experiment("BadConfidence", faults("{model: flip, where: [buffer.weight], margin: 0.1, confidence: 95}"),
                 "e.yaml:3: confidence is '95'"),
      experiment("NeitherMarginNorSample", faults("{model: flip, where: [buffer.weight]}"),
                 "e.yaml:3: key 'sample' is missing"),
      experiment("SequentialWithoutMargin",
                 faults("{model: flip, sample: 5, where: [buffer.weight], sequential: {batch: 5}}"),
                 "e.yaml:3: 'sequential' means nothing without 'margin'"),
      experiment("UnknownSequentialKey",
                 faults("{model: flip, margin: 0.1, where: [buffer.weight], sequential: {step: 5}}"),
                 "e.yaml:3: unknown key 'step'"),
      {"SamplesOfAll", "campaign FILE --samples 3", "e.yaml",
       faults("{model: stuck_at, sample: all, where: [controller.phase]}"),
       "--samples: the experiment draws every fault once"},
      {"WrittenListOfAPilot", "campaign FILE --write-list drawn.csv", "e.yaml",
       faults("{model: flip, sample: 100, where: [buffer.weight], strata: bit, allocation: neyman}"),
       "--write-list: what a pilot decides is not known before it has run"},
      experiment("ListAndMargin", faults("{list: x.csv, margin: 0.1}"), "'margin' stands beside a fault list"),
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
  test::expect_refusal(arguments, folder.path(), bad.message);
}

INSTANTIATE_TEST_SUITE_P(All, InjectionDiagnostics, testing::ValuesIn(bad_inputs()),
                         [](const testing::TestParamInfo<BadInput>& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline
