#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/process/child_process.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

/// Runs a command in `folder`, which must succeed, and returns what it prints.
std::string run(const std::string& arguments, const test::TemporaryFolder& folder) {
  const test::RunResult run = test::run_faultline(arguments, folder.path());
  EXPECT_EQ(run.status, 0) << arguments << ": " << run.err;
  return run.out;
}

json run_json(const std::string& arguments, const test::TemporaryFolder& folder) {
  return json::parse(run(arguments + " --json", folder), nullptr, false);
}

TEST(MultiplierCommand, ListsFamiliesThatMetricsTakes) {
  const test::TemporaryFolder folder;
  const json families = run_json("multiplier list", folder);
  ASSERT_GE(families.size(), 12U);
  const std::string text = run("multiplier list", folder);
  for (const json& family : families) {
    const auto name = family["name"].get<std::string>();
    EXPECT_THAT(text, testing::HasSubstr(family["definition"].get<std::string>()));
    EXPECT_THAT(run_json("multiplier metrics " + name, folder)["name"].get<std::string>(), testing::StartsWith(name));
  }
}

TEST(MultiplierCommand, MetricsOfNamesAndTablesAgree) {
  const test::TemporaryFolder folder;
  const json mitchell = run_json("multiplier metrics mitchell --svg plot.svg", folder);
  EXPECT_DOUBLE_EQ(mitchell["wcre_percent"].get<double>(), 100.0 / 9);
  EXPECT_THAT(test::read_file(folder.path() / "plot.svg"), testing::StartsWith("<svg"));
  // A table of Mitchell's unsigned products, made from a C model of our own.
  folder.write("log.c",
               "unsigned f(unsigned a, unsigned b) {\n  unsigned k = 0, l = 0, s;\n  if (!a || !b) return 0;\n"
               "  while (a >> k > 1) k++;\n  while (b >> l > 1) l++;\n  a -= 1u << k; b -= 1u << l;\n"
               "  s = (a << l) + (b << k);\n  return s < 1u << (k + l) ? (1u << (k + l)) + s : 2 * s;\n}\n");
  const json description = run_json("multiplier import log.c --name log --unsigned --out log.lut", folder);
  json expected = run_json("multiplier metrics mitchell --unsigned", folder);
  EXPECT_EQ(json::parse(test::read_file(folder.path() / "log.lut.json")), description);
  for (const char* source : {"--table log.lut --unsigned", "table:log.lut,unsigned"}) {
    json metrics = run_json(std::string("multiplier metrics ") + source, folder);
    metrics["name"] = expected["name"];
    EXPECT_EQ(metrics, expected) << source;
  }
  expected.erase("name");
  expected.erase("signed");
  EXPECT_EQ(description["measured"], expected);
}

TEST(MultiplierCommand, ImportsAreChecksOfEachOther) {
  const test::TemporaryFolder folder;
  folder.write("exact.c", "// MAE% = 0.10 %\n// PDK45_PWR = 0.301 mW\nint f(int a, int b) { return a * b; }\n");
  folder.write("almost.c", "int f(int a, int b) { return a == 3 && b == 4 ? 13 : a * b; }\n");
  const json description = run_json("multiplier import exact.c --signed --out exact.lut", folder);
  EXPECT_EQ(description["published"]["pdk45_pwr_mw"], 0.301);
  EXPECT_EQ(description["disagreeing"], json({"mae_percent"}));
  run("multiplier import exact.lut --signed --out copy.lut --check exact.c", folder);
  EXPECT_EQ(test::read_file(folder.path() / "copy.lut"), test::read_file(folder.path() / "exact.lut"));
  const test::RunResult different =
      test::run_faultline("multiplier import exact.c --signed --out no.lut --check almost.c", folder.path());
  EXPECT_EQ(different.status, 2);
  EXPECT_THAT(different.err, testing::HasSubstr("almost.c: disagrees with the imported circuit in 1 of 65536 products: "
                                                "3 x 4 is 12 there and 13 here"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "no.lut"));
}

TEST(MultiplierCommand, GeneratedRtlIsImportedAsTheSameTable) {
  if (std::system("command -v verilator >/dev/null") != 0) {
    GTEST_SKIP() << "verilator is not installed";
  }
  const test::TemporaryFolder folder;
  run("multiplier rtl drum:k=3 -o drum_k3.sv", folder);
  EXPECT_EQ(run("multiplier rtl drum:k=3", folder), test::read_file(folder.path() / "drum_k3.sv"));
  run("multiplier import drum_k3.sv --signed --out drum.lut", folder);
  const std::string gemm = "gemm --m 9 --k 30 --n 5 --engine functional --multiplier ";
  EXPECT_EQ(run_json(gemm + "table:drum.lut", folder)["output_sha256"],
            run_json(gemm + "drum:k=3", folder)["output_sha256"]);
}

TEST(CostCommand, GivesTablesAsMemoriesWithWhatIsPublished) {
  const test::TemporaryFolder folder;
  folder.write("exact.c", "// PDK45_AREA = 729.8 um2\nint f(int a, int b) { return a * b; }\n");
  run("multiplier import exact.c --signed --out exact.lut", folder);
  const json cost = run_json("cost --multiplier table:exact.lut", folder);
  EXPECT_EQ(cost["rom_bits"], 1048576);
  EXPECT_EQ(cost["published"]["pdk45_area_um2"], 729.8);
}

TEST(CostCommand, SynthesisesFamiliesAndVerilog) {
  if (std::system("command -v yosys >/dev/null") != 0) {
    GTEST_SKIP() << "yosys is not installed";
  }
  const test::TemporaryFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  json family = run_json("cost --multiplier broken_array:h=2,v=6 --no-dsp", folder);
  EXPECT_GT(family["fpga"]["luts"], 10);
  EXPECT_GT(family["asic"]["gate_equivalents"], 50);
  EXPECT_FALSE(family["cached"].get<bool>());
  run("multiplier rtl broken_array:h=2,v=6 -o m.sv", folder);
  json file = run_json("cost --verilog m.sv --top broken_array_h2_v6 --no-dsp", folder);
  EXPECT_TRUE(file["cached"].get<bool>()) << "the same circuit";
  EXPECT_EQ(file["fpga"], family["fpga"]);
  EXPECT_GT(family["asic"]["relative_switching_energy"], 0);
  family["asic"].erase("relative_switching_energy");  // beside `exact`: of a family only
  EXPECT_EQ(file["asic"], family["asic"]);
}

TEST(CostCommand, TakesOperandsFromANetworkOfAnyWidth) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  const test::TemporaryFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const auto cost = [&](const std::string& options) {
    return run_json(
        "cost --multiplier exact --array 8x8 --no-dsp --data builtin:digits --operands '" FAULTLINE_SOURCE_DIR
        "'/models/" +
            options,
        folder);
  };
  const json narrow = cost("lenet5_digits.onnx");
  const json wide = cost("lenet5_digits_12bit.onnx --operand-bits 12");
  EXPECT_GT(wide["asic"]["gates"], narrow["asic"]["gates"]);
  EXPECT_GT(wide["operands"]["switching_energy"], narrow["operands"]["switching_energy"]);
  for (const json& one : {narrow, wide}) {
    EXPECT_EQ(one["operands"]["images"], 1);
    EXPECT_EQ(one["operands"]["products"], 416520) << "LeNet-5's multiplications";
    EXPECT_EQ(one["operands"]["relative_switching_energy"], 1);
  }
}

TEST(CostCommand, CostsMultipliersOfTheOperandsWidth) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  const test::TemporaryFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const json narrow = run_json("cost --multiplier exact --no-dsp", folder);
  const json wide = run_json("cost --multiplier exact --operand-bits 12 --no-dsp", folder);
  EXPECT_GT(wide["asic"]["gate_equivalents"], 1.5 * narrow["asic"]["gate_equivalents"].get<double>());
  EXPECT_GT(wide["fpga"]["luts"], narrow["fpga"]["luts"]);
  const json drum = run_json("cost --multiplier drum --operand-bits 12 --no-dsp", folder);
  EXPECT_EQ(drum["name"], "drum:k=6") << "the standard value at 12 bits";
}

TEST(MultiplierCommand, EnginesAgreeOnGeneratedMultipliers) {
  const test::TemporaryFolder folder;
  const std::string lenet = "run --model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits ";
  for (const char* multiplier : {"dadda_momeni:columns=9", "perforated:rows=1"}) {
    const std::string common = lenet + "--images 2 --multiplier " + multiplier;
    const json functional = run_json(common + " --engine functional", folder);
    EXPECT_EQ(functional["multiplier"].get<std::string>().rfind(std::string(multiplier).substr(0, 9), 0), 0U);
    for (const char* where : {" --engine cycle --dataflow ws", " --engine cycle --dataflow os"}) {
      EXPECT_EQ(run_json(common + where, folder)["logits_sha256"], functional["logits_sha256"]) << multiplier << where;
    }
  }
}

TEST(MultiplierCommand, ADefectIsATableOfOneElement) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  const test::TemporaryFolder folder;
  const json nets = run_json("multiplier nets drum:k=4", folder);
  EXPECT_EQ(nets["nets"][0]["net"], "activation[0]");
  EXPECT_EQ(nets["nets"][0]["driver"], "input");
  const json defect = run_json("multiplier defect drum:k=4 --net 'product[9]' --stuck-at 1 --out bad.lut", folder);
  EXPECT_EQ(defect["name"], "drum:k=4 with product[9] stuck at 1");
  folder.write("mixed.yaml",
               "array: 8x8\nmultiplier: drum:k=4\n"
               "multipliers:\n  - {rows: 2, columns: 3, multiplier: 'table:bad.lut'}\n");
  const std::string network =
      "run --model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits --images 1 ";
  const std::string mixed = network + "--accelerator mixed.yaml --layer-multiplier fc3=exact --engine ";
  const json functional = run_json(mixed + "functional", folder);
  const json cycle = run_json(mixed + "cycle", folder);
  EXPECT_EQ(functional["logits_sha256"], cycle["logits_sha256"]);
  EXPECT_EQ(cycle["accelerator"]["multipliers"][0]["multiplier"], "table:bad.lut");
  EXPECT_EQ(cycle["accelerator"]["layer_multipliers"][0]["layer"], "fc3");
  const json sound = run_json(network + "--array 8x8 --multiplier drum:k=4 --engine functional", folder);
  EXPECT_NE(sound["logits_sha256"], functional["logits_sha256"]);
}

TEST(MultiplierCommand, EffectsAreThoseOfRuns) {
  const test::TemporaryFolder folder;
  const std::string model = "--model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits ";
  const std::string name = "perforated:first=0,rows=4";
  const json effects =
      run_json("analyze multipliers " + name + " " + model + "--images 100 --calibration-images 30", folder);
  ASSERT_EQ(effects["accuracy"].size(), 1U);
  const json& effect = effects["accuracy"][0];
  EXPECT_EQ(effect["multiplier"], name);
  const std::string runs = "run " + model + "--images 100 --engine functional --multiplier " + name;
  EXPECT_EQ(run_json(runs, folder)["accuracy"], effect["as_trained"]);
  EXPECT_EQ(run_json(runs + " --remap-weights", folder)["accuracy"], effect["remapped"]);
  EXPECT_EQ(run_json(runs + " --calibrate 30", folder)["accuracy"], effect["calibrated"]);
  const json both = run_json(runs + " --remap-weights --calibrate 30", folder);
  EXPECT_EQ(both["accuracy"], effect["both"]);
  EXPECT_EQ(both["calibration_images"], 30);
  EXPECT_GT(effect["both"].get<double>(), effect["as_trained"].get<double>());
}

TEST(MultiplierCommand, CampaignsStrikeTheRemappedAndCalibratedNetwork) {
  const test::TemporaryFolder folder;
  const std::string model = FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx";
  folder.write("e.yaml", "model: " + model +
                             "\ndata: {source: builtin:digits, images: 20}\n"
                             "accelerator: {multiplier: {family: perforated, rows: 4}}\n"
                             "remap_weights: true\ncalibrate: 30\n"
                             "faults: {model: flip, sample: 5, where: ['array.pe[*][*].*']}\n");
  const json struck = run_json("campaign e.yaml --out r.db", folder);
  const json run = run_json("run --model " + model +
                                " --data builtin:digits --images 20 --engine functional --remap-weights --calibrate 30 "
                                "--multiplier perforated:first=0,rows=4",
                            folder);
  EXPECT_EQ(struck["accuracy"]["labels"]["golden"], run["accuracy"]);
  EXPECT_EQ(struck["experiment"]["remap_weights"], true);
  EXPECT_EQ(struck["experiment"]["calibrate"], 30);
  const json plain = run_json("campaign e.yaml --calibrate 0", folder);
  EXPECT_FALSE(plain["experiment"].contains("calibrate"));
  EXPECT_EQ(run_json("replay r.db --experiment 0", folder)["equal"], true);
}

}  // namespace
}  // namespace faultline
