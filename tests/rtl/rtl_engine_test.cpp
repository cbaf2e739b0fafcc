#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/campaign/result_store.h"
#include "sim/harden/hardened_design.h"
#include "sim/model/onnx_import.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::string kModel = "--model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits ";

json run_json(const std::string& arguments, const test::TemporaryFolder& folder) {
  const test::RunResult run = test::run_faultline(arguments + " --json", folder.path());
  EXPECT_EQ(run.status, 0) << run.err;
  return json::parse(run.out, nullptr, false);
}

std::string first_layer_of(const model::Network& network) {
  for (const auto& step : network.operators) {
    if (dynamic_cast<const model::MatrixOperator*>(step.get()) != nullptr) {
      return step->name;
    }
  }
  return "";
}

TEST(RtlEngine, RunsAWholeNetworkAsTheCycleEngineDoes) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const std::string common = "run " + kModel + "--images 1 --array 16x16 --dataflow ws --engine ";
  json rtl = run_json(common + "rtl", folder);
  json cycle = run_json(common + "cycle", folder);
  EXPECT_EQ(rtl["engine"], "rtl");
  for (json* result : {&rtl, &cycle}) {
    result->erase("engine");
    result->erase("wall_s");
  }
  EXPECT_EQ(rtl, cycle);
}

/// Protects some neurons of LeNet-5's first layer.
void write_hardened(const std::string& scheme, const test::TemporaryFolder& folder) {
  const model::Network network = model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx");
  folder.write(scheme + ".yaml", harden::to_yaml({"",
                                                  FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx",
                                                  network.sha256,
                                                  scheme,
                                                  {{first_layer_of(network), {0, 1, 2, 30, 700}, 0}}}));
}

TEST(RtlEngine, StepsHardenedNetworksAsTheCycleEngineDoes) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  write_hardened("tmr", folder);
  const json result = run_json("cosim " + kModel + "--hardened tmr.yaml --images 1 --array 4x4 --faults 2", folder);
  EXPECT_EQ(result["mismatches"], 0);
  EXPECT_EQ(result["cases"], 3);
  EXPECT_EQ(result["sites"]["injectable"], result["sites"]["bits"]);
  const std::string strike = "run " + kModel + "--hardened tmr.yaml --images 1 --array 4x4 --engine ";
  EXPECT_EQ(run_json(strike + "rtl", folder)["logits_sha256"],
            run_json(strike + "functional", folder)["logits_sha256"]);
}

/// A sum that stays wrong: the comparator has the layer repeated, then raises the alarm.
TEST(RtlEngine, RepeatsLayersAsTheCycleEngineDoes) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  write_hardened("dmr", folder);
  folder.write("a.yaml", "array: 4x4\nprotection: ['dmr:on_error=recompute,repeats=2']\n");
  folder.write("f.csv", "path,mask,model\narray.pe[0][0].psum,0x100000,stuck_at_1\n");
  const std::string design = kModel + "--accelerator a.yaml --hardened dmr.yaml --images 1 ";
  const json result = run_json("cosim " + design + "--fault-list f.csv", folder);
  EXPECT_EQ(result["mismatches"], 0);
  EXPECT_EQ(result["sites"]["injectable"], result["sites"]["bits"]);
  const json run = run_json("run " + design + "--engine cycle", folder);
  const auto repeated = run["layers"][0]["cycles"].get<uint64_t>();
  EXPECT_EQ(result["cycles"], 2 * run["total_cycles"].get<uint64_t>() + 2 * repeated);
}

TEST(RtlEngine, GivesEveryExperimentTheSameOutcome) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const std::string fault = "inject " + kModel + "--array 8x8 --dataflow os ";
  for (const char* site : {"array.pe[1][2].accumulator --mask 0x40000000 --cycle 900",
                           "array.pe[1][2].product --mask 0x4000 --fault stuck_at_1 --cycle 900",
                           "controller.phase --mask 0x2 --cycle 1200",
                           // A sign bit that the next command overwrites: nothing stays behind.
                           "controller.command.zero_point --mask 0x80 --cycle 1200"}) {
    json rtl = run_json(fault + "--site " + site + " --engine rtl", folder);
    json cycle = run_json(fault + "--site " + site + " --engine cycle", folder);
    for (json* result : {&rtl, &cycle}) {
      result->erase("engine");
    }
    EXPECT_EQ(rtl, cycle) << site;
  }
}

/// The rows of a campaign on LeNet-5 with faults in every block, as text.
std::string campaign_rows(const std::string& engine, const test::TemporaryFolder& folder) {
  const std::string store = engine + ".db";
  const test::RunResult run =
      test::run_faultline("campaign e.yaml --engine " + engine + " --jobs 1 --out " + store, folder.path());
  EXPECT_EQ(run.status, 0) << run.err;
  std::string rows;
  campaign::ResultStore::open((folder.path() / store).string()).for_each([&rows](const campaign::ExperimentRow& row) {
    rows += fmt::format("{} {} {} {} {} {} {}\n", row.number, row.image, row.site.field, row.site.element,
                        to_string(row.judgement.outcome), row.judgement.faulty_confidence, row.cycles);
  });
  return rows;
}

TEST(RtlEngine, GivesACampaignTheSameRowsAndReplaysThem) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  folder.write("e.yaml", "model: " FAULTLINE_SOURCE_DIR
                         "/models/lenet5_digits.onnx\n"
                         "data: {source: builtin:digits, images: 1}\n"
                         "accelerator: {array: 8x8, dataflow: os}\n"
                         "faults: {model: flip, sample: 16, where: [\"array.*\", \"controller.*\", \"dma.*\", "
                         "\"buffer.*\", \"post_processing.*\", \"*_feeder.*\"]}\nseed: 3\n");
  const std::string rtl = campaign_rows("rtl", folder);
  EXPECT_EQ(rtl, campaign_rows("cycle", folder));
  EXPECT_NE(rtl, "");
  const json replayed = run_json("replay rtl.db --experiment 5", folder);
  EXPECT_EQ(replayed["equal"], true);
}

TEST(RtlEngine, HasTheCircuitOfAFamily) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const std::string fault = "inject " + kModel +
                            "--array 4x4 --dataflow ws --multiplier drum:k=4 --site array.pe[1][2].product --mask "
                            "0x4000 --fault stuck_at_1 --cycle 900 --engine ";
  json rtl = run_json(fault + "rtl", folder);
  json cycle = run_json(fault + "cycle", folder);
  rtl.erase("engine");
  cycle.erase("engine");
  EXPECT_EQ(rtl, cycle);
}

TEST(RtlEngine, SwitchesTheMultiplierOfALayer) {
  FAULTLINE_NEEDS_VERILATOR();
  const test::TemporaryFolder folder;
  const std::string common = "run " + kModel + "--images 1 --array 4x4 --layer-multiplier conv1=drum:k=4 --engine ";
  json rtl = run_json(common + "rtl", folder);
  json cycle = run_json(common + "cycle", folder);
  for (json* result : {&rtl, &cycle}) {
    result->erase("engine");
    result->erase("wall_s");
  }
  EXPECT_EQ(rtl, cycle);
}

TEST(RtlEngine, RefusesALargeArrayOfTables) {
  const test::TemporaryFolder folder;
  folder.write("t.lut", std::string(131072, '\1'));
  for (const std::string command : {"rtl --out rtl", "gemm --engine rtl"}) {
    const test::RunResult run = test::run_faultline(command + " --array 17x16 --multiplier table:t.lut", folder.path());
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find(": table:t.lut is a table, too large as a memory in each of 272 processing elements; take a "
                           "generated family, or an array of at most 256 elements, such as 16x16\n"),
              std::string::npos)
        << run.err;
  }
}

TEST(RtlEngine, SaysInOneLineThatVerilatorIsMissing) {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder empty;
  const test::RunResult run =
      test::run_faultline("gemm --array 2x2 --engine rtl", folder.path(), "PATH='" + empty.path().string() + "'");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err,
            "faultline: engine rtl: verilator is not installed, and the rtl engine builds its model with it; install "
            "the packages verilator, make and g++, or take another engine\n");
  EXPECT_EQ(run.out, "");
}

TEST(RtlCommand, WritesADesignAndReplacesOnlyItsOwn) {
  const test::TemporaryFolder folder;
  const json written = run_json("rtl --grid --array 3x5 --dataflow is --out rtl", folder);
  EXPECT_EQ(written["top"], "systolic_grid");
  EXPECT_EQ(written["accelerator"]["array"], "3x5");
  for (const std::string file : written["files"]) {
    EXPECT_NE(test::read_file(folder.path() / "rtl" / file), "") << file;
    EXPECT_NE(test::read_file(folder.path() / "rtl" / "files.f").find("rtl/" + file + "\n"), std::string::npos);
  }
  const json map = json::parse(test::read_file(folder.path() / "rtl" / "state_map.json"));
  EXPECT_EQ(map["signals"].size(), written["signals"]);
  EXPECT_EQ(map["signals"][0]["rtl"], "systolic_grid.row[*].column[*].u_pe.psum");

  const json whole = run_json("rtl --array 2x2 --out rtl", folder);
  EXPECT_EQ(whole["top"], "systolic_accelerator");
  EXPECT_GT(whole["signals"], written["signals"]);
  folder.write("rtl/mine.txt", "mine");
  const test::RunResult refused = test::run_faultline("rtl --array 4x4 --out rtl", folder.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err,
            "faultline: rtl: holds files that this command did not write; name a new or an empty folder\n");
  EXPECT_NE(test::read_file(folder.path() / "rtl" / "systolic_grid.sv").find("ROWS    = 2"), std::string::npos);
}

}  // namespace
}  // namespace faultline
