#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/refusal.h"

namespace faultline {
namespace {

/// One bad input: `file` is written as FILE in the folder that the command runs in.
struct BadInput {
  std::string name;  ///< of the case
  std::string arguments;
  std::string file;     ///< content; empty: no file
  std::string message;  ///< part of what stderr says
};

void PrintTo(const BadInput& bad, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << bad.arguments;
}

const std::string kModel = " --model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' ";
const std::string kGood = kModel + "--data builtin:digits --images 1 ";

BadInput accelerator(const std::string& name, const std::string& lines, const std::string& message) {
  return {name, "gemm --accelerator FILE", lines, message};
}

std::vector<BadInput> bad_inputs() {
  return {
      accelerator("UnknownKey", "array: 4x4\ncache: 3\n", "FILE:2: unknown key 'cache' in accelerator; the keys are"),
      accelerator("KeyTwice", "array: 4x4\narray: 4x4\n", "FILE:2: key 'array' appears twice (first on line 1)"),
      accelerator("NotYaml", "array: [4\n", "FILE:2: not YAML"),
      accelerator("TwoDocuments", "array: 4x4\n---\narray: 4x4\n", "FILE:3: a second document begins here"),
      accelerator("NotAMapping", "- 4x4\n", "FILE:1: accelerator is not a list of keys and values"),
      accelerator("BadShape", "array: 4by4\n", "FILE:1: array '4by4' is no array shape"),
      accelerator("BadDataflow", "dataflow: rs\n", "FILE:1: dataflow 'rs' is unknown"),
      accelerator("BadMultiplier", "multiplier: approximate\n", "FILE:1: multiplier 'approximate' is unknown"),
      accelerator("BadMultiplierKey", "multiplier: {file: a}\n", "FILE:1: unknown key 'file' in multiplier"),
      accelerator("BadFamily", "array: 4x4\nmultiplier: {family: drums}\n",
                  "FILE:2: multiplier 'drums' is unknown; give booth, "),
      accelerator("BadFamilyParameter", "multiplier: {family: drum, j: 4}\n",
                  "FILE:1: multiplier drum has no parameter 'j'; its parameters are k (2 to 8)"),
      accelerator("NoFamilyParameter", "multiplier: exact:k=1\n",
                  "FILE:1: multiplier exact has no parameter 'k'; it takes no parameters"),
      accelerator("OperandBits", "array: 4x4\noperand_bits: 9\n", "FILE:2: operand_bits is 9; give 8, 12 or 16"),
      accelerator("WideTable", "operand_bits: 12\nmultiplier: table:x.lut\n",
                  "FILE:2: multiplier 'table:x.lut' is a table of 8-bit operands, the array's have 12 bits"),
      accelerator("WideFamilyParameter", "operand_bits: 12\nmultiplier: drum:k=13\n",
                  "FILE:2: multiplier drum: k is '13'; give a whole number from 2 to 12"),
      {"OperandBitsOption", "gemm --operand-bits 10", "", "--operand-bits: operand_bits is 10; give 8, 12 or 16"},
      {"NarrowNetwork", "run" + kGood + "--engine functional --operand-bits 16", "",
       "the network has operands of 8 bits, the accelerator of 16; set operand_bits to 8 or give another network"},
      {"WideRtl", "rtl --operand-bits 16 --out rtl", "",
       "accelerator: the generated SystemVerilog has operands of 8 bits, the array of 16; use operand_bits 8"},
      {"WideRtlEngine", "gemm --operand-bits 12 --engine rtl_grid", "",
       "engine rtl: the generated SystemVerilog has operands of 8 bits, the array of 12; use operand_bits 8"},
      {"UnknownLayer", "run" + kGood + "--engine functional --layer-multiplier conv9=exact", "",
       "layer_multipliers: " FAULTLINE_SOURCE_DIR
       "/models/lenet5_digits.onnx has no layer 'conv9' that multiplies; its "
       "layers are "},
      {"LayersOfNoNetwork", "gemm --layer-multiplier conv1=exact", "",
       "layer_multipliers: gemm runs no network with layers; leave them out, or run a network"},
      {"FamilyOption", "gemm --multiplier drum:k=9", "",
       "--multiplier: multiplier drum: k is '9'; give a whole number from 2 to 8"},
      {"FamilyNoValue", "gemm --multiplier drum:4", "", "'4' gives no value; write FAMILY:PARAMETER=VALUE"},
      {"FamilyTwice", "gemm --multiplier drum:k=4,k=5", "", "'k' is given twice"},
      accelerator("NoNumber", "psum_rows: all\n", "FILE:1: psum_rows is 'all'; give a whole number"),
      accelerator("OutOfRange", "array: 4x4\nbus_bytes: 0\n",
                  "FILE:2: bus_bytes 0 is out of range; it must be 1 to 64"),
      accelerator("SumsFewerThanRows", "array: 64x4\npsum_rows: 32\n", "FILE:1: psum_rows 32 is out of range"),
      accelerator("NoProtectionUnit", "array: 4x4\nprotection: [chipkill]\n",
                  "FILE:2: there is no protection unit 'chipkill'; give one of bypass, channel_bounds, checksum, "
                  "dmr, edac, lcu, parity, secded, spare_columns, tmr, weight_check"),
      {"CostOfNoProtection", "cost --accelerator FILE --protection", "array: 2x2\n",
       "accelerator: has no protection units to cost; give an accelerator file with the key protection"},
      accelerator("TwoNeuronUnits", "protection:\n  - lcu\n  - tmr\n",
                  "FILE:3: protection units 'lcu' and 'tmr' exclude each other; keep one of them"),
      accelerator("NeuronEntries", "protection: ['lcu:entries=0']\n",
                  "FILE:1: entries 0 is out of range; it must be 1 to 65536"),
      accelerator("NeuronEntriesNoNumber", "protection: ['lcu:entries=many']\n",
                  "FILE:1: 'entries' of protection unit 'lcu' is 'many'; give a number"),
      accelerator("NeuronUnitKey", "protection: ['tmr:on_error=zero']\n",
                  "FILE:1: unknown key 'on_error' of protection unit 'tmr'; use entries"),
      accelerator("NeuronOnError", "protection: ['dmr:on_error=stop']\n",
                  "FILE:1: 'on_error' of protection unit 'dmr' is 'stop'; give flag, zero or recompute"),
      accelerator("NeuronRepeatsWithoutRecompute", "protection: ['dmr:on_error=zero,repeats=2']\n",
                  "FILE:1: 'repeats' of protection unit 'dmr' counts what only on_error recompute does; leave it out"),
      accelerator("NeuronRepeatsNone", "protection: ['dmr:on_error=recompute,repeats=0']\n",
                  "FILE:1: repeats 0 is out of range; it must be 1 to 255"),
      accelerator("NeuronRepeatsNoNumber", "protection: ['dmr:on_error=recompute,repeats=twice']\n",
                  "FILE:1: 'repeats' of protection unit 'dmr' is 'twice'; give a number"),
      accelerator("NeuronRepeatsWithoutAlarm", "protection: ['lcu:repeats=2']\n",
                  "FILE:1: unknown key 'repeats' of protection unit 'lcu'; use entries"),
      accelerator("RepeatsOfBypassedElements",
                  "array: 4x4\nprotection: ['dmr:on_error=recompute', 'bypass:elements=0/0']\n",
                  "the unit dmr with on_error recompute expects all elements to compute alike; name no elements "
                  "to bypass"),
      accelerator("RepeatsOfUnlikeElements",
                  "array: 4x4\nmultipliers:\n  - {rows: 0, columns: 0, multiplier: drum:k=4}\nprotection: "
                  "['dmr:on_error=recompute']\n",
                  "the unit dmr with on_error recompute expects all elements to compute alike; give no element a "
                  "multiplier of its own"),
      accelerator("NeuronUnitOnWideWords", "array: 4x4\noperand_bits: 16\nprotection: [lcu]\n",
                  "FILE:1: the neuron unit lcu corrects words of 8 bits; those of the array have 16"),
      {"ClipOfWideNetwork",
       "harden clip --model " FAULTLINE_SOURCE_DIR
       "/models/lenet5_digits_16bit.onnx --data builtin:digits --images 2 --out c.yaml",
       "", "the network has operands of 16 bits; harden clip takes networks with operands of 8 bits"},
      {"CalibrationOfWideNetwork",
       "run --model " FAULTLINE_SOURCE_DIR
       "/models/lenet5_digits_16bit.onnx --data builtin:digits --images 1 --operand-bits 16 --calibrate 3",
       "", "the network has operands of 16 bits; the calibration of biases takes networks with operands of 8 bits"},
      accelerator("ChannelBoundsKey", "protection: ['channel_bounds:entries=4']\n",
                  "FILE:1: unknown key 'entries' of protection unit 'channel_bounds'; use outside"),
      accelerator("ChannelBoundsOutside", "protection: ['channel_bounds:outside=flag']\n",
                  "FILE:1: 'outside' of protection unit 'channel_bounds' is 'flag'; give clamp or zero"),
      accelerator("ChannelBoundsTwice", "protection:\n  - channel_bounds\n  - channel_bounds\n",
                  "FILE:3: protection unit 'channel_bounds' is given twice; keep one"),
      accelerator("ChannelBoundsOfWideWords", "array: 4x4\noperand_bits: 16\nprotection: [channel_bounds]\n",
                  "the unit channel_bounds holds codes of 8 bits; those of the array have 16"),
      accelerator("ChecksumMode", "protection:\n  - {unit: checksum, mode: repair}\n",
                  "FILE:2: 'mode' of protection unit 'checksum' is 'repair'; give detect or correct"),
      accelerator("ChecksumKey", "protection: ['checksum:on_error=zero']\n",
                  "FILE:1: unknown key 'on_error' of protection unit 'checksum'; use mode"),
      accelerator("ChecksumTwice", "protection: [checksum, 'checksum:mode=correct']\n",
                  "FILE:1: protection unit 'checksum' is given twice; keep one"),
      accelerator("ChecksumOfApproximateProducts", "array: 4x4\nmultiplier: drum:k=4\nprotection: [checksum]\n",
                  "the unit checksum needs exact multipliers, whose products add up; drum:k=4 is not exact"),
      accelerator("ChecksumOfAnApproximateRegion",
                  "array: 4x4\nmultipliers:\n  - {rows: 0-1, columns: 0-3, multiplier: drum:k=4}\nprotection: "
                  "[checksum]\n",
                  "the unit checksum needs exact multipliers, whose products add up; drum:k=4 is not exact"),
      accelerator(
          "ChecksumOfBypassedElements", "protection: [checksum, bypass:elements=0/0]\n",
          "the unit checksum expects the products of all elements; leave it out, or name no elements to bypass"),
      accelerator("WeightCheckMode", "protection:\n  - {unit: weight_check, mode: clip}\n",
                  "FILE:2: 'mode' of protection unit 'weight_check' is 'clip'; give range or bits"),
      accelerator("WeightCheckKey", "protection: ['weight_check:on_error=zero']\n",
                  "FILE:1: unknown key 'on_error' of protection unit 'weight_check'; use mode"),
      accelerator("WeightCheckTwice", "protection: [weight_check, 'weight_check:mode=bits']\n",
                  "FILE:1: protection unit 'weight_check' is given twice; keep one"),
      accelerator("SpareColumnsKey", "protection: ['spare_columns:columns=1']\n",
                  "FILE:1: unknown key 'columns' of protection unit 'spare_columns'; use count, skip"),
      accelerator("SpareColumnsTwice", "protection: [spare_columns, 'spare_columns:skip=2']\n",
                  "FILE:1: protection unit 'spare_columns' is given twice; give one count and one list of columns to "
                  "skip"),
      accelerator("SpareColumnsNoNumber", "protection:\n  - {unit: spare_columns, skip: [1, last]}\n",
                  "FILE:2: 'skip' of protection unit 'spare_columns' has 'last'; give whole numbers"),
      accelerator("NoSpareColumn", "array: 4x4\nprotection: ['spare_columns:count=0']\n",
                  "FILE:2: 0 spare columns beside 4 are out of range; give at least 1, and 256 columns at most in all"),
      accelerator("TooManySpareColumns", "array: 4x250\nprotection: ['spare_columns:count=7']\n",
                  "FILE:2: 7 spare columns beside 250 are out of range; give at least 1, and 256 columns at most"),
      accelerator("SkippedOutside", "array: 4x4\nprotection: ['spare_columns:skip=5']\n",
                  "FILE:2: column 5 to skip is outside the array; it has 5 with the spare ones, counted from 0"),
      accelerator("SkippedTwice", "array: 4x4\nprotection: ['spare_columns:count=2,skip=1+1']\n",
                  "FILE:2: column 1 is skipped twice; name it once"),
      accelerator("TooManySkipped", "array: 4x4\nprotection: ['spare_columns:skip=1+2']\n",
                  "FILE:2: 2 columns to skip are more than the 1 spare ones; give more spare columns"),
      accelerator("SpareColumnsBesideChecksums", "protection: [checksum, spare_columns]\n",
                  "the unit checksum expects sums from all columns of the array; leave it out, or have no spare "
                  "columns"),
      accelerator("ProtectedTwice", "protection:\n  - secded\n  - unit: parity\n    memories: [weight]\n",
                  "FILE:3: memory 'weight' is protected twice; give it one code"),
      accelerator("BypassOutside", "array: 4x4\nprotection:\n  - {unit: bypass, elements: [0/4]}\n",
                  "FILE:3: rows 0-0, columns 4-4 are no part of the array; rows must be 0 to 3, columns 0 to 3"),
      accelerator("BypassOfNothing", "protection: [bypass:elements=4]\n",
                  "FILE:1: '4' of protection unit 'bypass' names no processing elements; write ROW/COLUMN"),
      {"NoAcceleratorFile", "gemm --accelerator none.yaml", "", "none.yaml: cannot be read"},
      {"ArrayOption", "gemm --array 16", "", "--array: array '16' is no array shape; write ROWSxCOLUMNS"},
      {"ArrayTooLarge", "gemm --array 16x257", "", "--array: array '16x257'"},
      {"DataflowOption", "gemm --dataflow xs", "", "--dataflow: dataflow 'xs' is unknown"},
      {"MultiplierOption", "gemm --multiplier table:", "", "--multiplier: multiplier 'table:' names no file"},
      {"MultiplierFlag", "gemm --multiplier table:a,big", "", "'big' is unknown"},
      {"NoTable", "gemm --multiplier table:none.lut", "", "none.lut: cannot be read or is empty"},
      {"TableSize", "gemm --multiplier table:FILE", "short", "FILE: is 5 bytes; a table of 65,536 products"},
      {"ProductTooWide", "gemm --multiplier table:FILE", std::string(262144, '\x11'), "products must fit 16 bits"},
      {"GemmEngine", "gemm --engine verilog", "", "--engine: engine 'verilog' is unknown; give one of cycle"},
      {"GemmExtent", "gemm --m 0", "", "--m: 0 is out of range; give 1 to 1048576"},
      {"GemmTooLong", "gemm --k 65537", "", "--k: 65537 is out of range; give 1 to 65536"},
      {"GemmTooLarge", "gemm --m 1000000 --n 1000000", "", "more than 2^30 elements"},
      {"GemmNeedsDram", "gemm --m 4096 --n 8192 --engine functional", "", "gemm: needs at least"},
      {"GemmHalfFiles", "gemm --a FILE --out c.npy", "x", "--a requires --b"},
      {"GemmNoArray", "gemm --a FILE --b FILE --out c.npy", "x", "FILE: "},
      {"BufferTooSmall", "run" + kGood + "--accelerator FILE", "input_buffer_bytes: 100\n",
       "layer conv1: the input rows of one output row need 140, input_buffer_bytes is 100; raise input_buffer_bytes"},
      {"RunNoModel", "run --data builtin:digits", "", "--model is required"},
      {"RunNoData", "run" + kModel, "", "neither --data nor --input is given"},
      {"RunBoth", "run" + kGood + "--input FILE", "x", "excludes"},
      {"RunModelMissing", "run --model none.onnx --data builtin:digits", "", "none.onnx: cannot be read"},
      {"RunModelDamaged", "run --model FILE --data builtin:digits", "no network", "FILE: "},
      {"RunDataUnknown", "run" + kModel + "--data builtin:letters", "", "builtin:letters"},
      {"RunEngine", "run" + kGood + "--engine fast", "", "--engine: engine 'fast' is unknown"},
      {"RunInputMissing", "run" + kModel + "--input none.npy --output o.npy", "", "none.npy: cannot be read"},
      {"RunInputDamaged", "run" + kModel + "--input FILE --output o.npy", "\x93NUMPY", "FILE: "},
      {"WhereNothing", "where" + kModel, "", "no question is asked; give --layer and --neuron, or --pe and --cycle"},
      {"WhereLayer", "where" + kModel + "--layer conv9 --neuron 0,0,0", "", "'conv9' is no layer that runs"},
      {"WhereNeuronForm", "where" + kModel + "--layer conv1 --neuron 1,2", "", "'1,2' is not CHANNEL,Y,X"},
      {"WhereNeuronOutside", "where" + kModel + "--layer conv1 --neuron 6,0,0", "",
       "6,0,0 is outside the layer; its outputs are 6 x 28 x 28"},
      {"WhereElementForm", "where" + kModel + "--pe 1 --cycle 2", "", "--pe: '1' is not ROW,COLUMN"},
      {"WhereElementOutside", "where" + kModel + "--pe 1,16 --cycle 2", "", "1,16 is outside the array"},
      {"WhereCycleBeyond", "where" + kModel + "--pe 1,1 --cycle 99999999", "", "99999999 is beyond the inference"},
  };
}

class AcceleratorDiagnostics : public testing::TestWithParam<BadInput> {};

TEST_P(AcceleratorDiagnostics, IsOneLineAndWritesNothing) {
  const BadInput& bad = GetParam();
  const test::TemporaryFolder folder;
  if (!bad.file.empty()) {
    folder.write("FILE", bad.file);
  }
  test::expect_refusal(bad.arguments, folder.path(), bad.message);
}

INSTANTIATE_TEST_SUITE_P(All, AcceleratorDiagnostics, testing::ValuesIn(bad_inputs()),
                         [](const testing::TestParamInfo<BadInput>& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline
