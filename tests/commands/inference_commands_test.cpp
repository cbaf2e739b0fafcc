#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "sim/model/npy.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::string kModel = "--model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' ";

/// Runs a command with --json in `folder` and parses what it prints.
json run_json(const std::string& arguments, const test::TemporaryFolder& folder) {
  const test::RunResult run = test::run_faultline(arguments + " --json", folder.path());
  EXPECT_EQ(run.status, 0) << run.err;
  return json::parse(run.out, nullptr, false);
}

TEST(RunCommand, EnginesAgreeAndCyclesAddUp) {
  const test::TemporaryFolder folder;
  const std::string common = "run " + kModel + "--data builtin:digits --images 4 ";
  const json functional = run_json(common + "--engine functional", folder);
  EXPECT_EQ(functional["images"], 4);
  EXPECT_TRUE(functional["total_cycles"].is_null());
  for (const char* where : {"--array 16x16 --dataflow ws --engine cycle", "--array 8x12 --dataflow os --engine cycle",
                            "--array 5x3 --dataflow is --engine cycle", "--array 4x4 --dataflow os --engine structural",
                            "--accelerator '" FAULTLINE_SOURCE_DIR "/testbenches/accelerators/edge_8x8_os.yaml'"}) {
    const json result = run_json(common + where, folder);
    EXPECT_EQ(result["logits_sha256"], functional["logits_sha256"]) << where;
    EXPECT_EQ(result["accuracy"], functional["accuracy"]) << where;
    uint64_t cycles = 0;
    for (const json& layer : result["layers"]) {
      cycles += layer["cycles"].get<uint64_t>();
      EXPECT_EQ(layer["cycles"], layer["load"].get<uint64_t>() + layer["compute"].get<uint64_t>() +
                                     layer["drain"].get<uint64_t>() + layer["stall"].get<uint64_t>());
    }
    EXPECT_EQ(result["total_cycles"], cycles) << where;
    EXPECT_EQ(result["simulated_cycles"], 4 * cycles) << where;
    EXPECT_EQ(result["layers"].size(), functional["layers"].size());
  }
}

TEST(RunCommand, WritesTheGraphsOutputs) {
  const test::TemporaryFolder folder;
  model::NpyArray input;
  input.shape = {3, 1, 28, 28};
  std::vector<float> pixels(3 * 28 * 28);
  for (size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<float>(i * 37 % 256) / 255.0F;
  }
  input.data = pixels;
  model::write_npy((folder.path() / "in.npy").string(), input);
  run_json("run " + kModel + "--input in.npy --output cycle.npy --engine cycle", folder);
  run_json("run " + kModel + "--input in.npy --output functional.npy --engine functional", folder);
  const model::NpyArray output = model::read_npy((folder.path() / "cycle.npy").string());
  EXPECT_EQ(output.shape, (std::vector<int64_t>{3, 10}));
  EXPECT_EQ(output.data, model::read_npy((folder.path() / "functional.npy").string()).data);
}

TEST(GemmCommand, TakesAndGivesFiles) {
  const test::TemporaryFolder folder;
  model::write_npy((folder.path() / "a.npy").string(), {{2, 3}, std::vector<int8_t>{1, 2, 3, -4, -5, -6}});
  model::write_npy((folder.path() / "b.npy").string(), {{3, 2}, std::vector<int8_t>{1, -1, 10, 0, 100, 127}});
  const json result = run_json("gemm --a a.npy --b b.npy --out c.npy --array 2x2 --dataflow is", folder);
  const model::NpyArray c = model::read_npy((folder.path() / "c.npy").string());
  EXPECT_EQ(c.shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(std::get<std::vector<int32_t>>(c.data), (std::vector<int32_t>{321, 380, -654, -758}));
  EXPECT_EQ(result["folds"], 2);
  EXPECT_EQ(result["accelerator"]["array"], "2x2");
}

TEST(GemmCommand, SeedsAndEnginesGiveTheSameProduct) {
  const test::TemporaryFolder folder;
  const std::string common = "gemm --m 16 --k 25 --n 6 --array 8x8 --seed 1 ";
  const json expected = run_json(common + "--engine functional", folder);
  for (const char* engine : {"cycle", "structural"}) {
    for (const char* dataflow : {"ws", "os", "is"}) {
      const json result = run_json(common + "--dataflow " + dataflow + " --engine " + engine, folder);
      EXPECT_EQ(result["output_sha256"], expected["output_sha256"]) << dataflow << " " << engine;
    }
  }
  const json other = run_json("gemm --m 16 --k 25 --n 6 --array 8x8 --seed 2 --engine functional", folder);
  EXPECT_NE(other["output_sha256"], expected["output_sha256"]);
}

TEST(WhereCommand, BothDirectionsAgree) {
  const test::TemporaryFolder folder;
  for (const char* dataflow : {"ws", "os", "is"}) {
    const std::string common = "where " + kModel + "--array 8x6 --dataflow " + dataflow;
    const json there = run_json(common + " --layer conv2 --neuron 3,4,5", folder);
    ASSERT_FALSE(there["products"].empty());
    const json& span = there["products"][0];
    const json back = run_json(common + " --pe " + span["first_row"].dump() + "," + span["column"].dump() +
                                   " --cycle " + span["first_cycle"].dump(),
                               folder);
    EXPECT_EQ(back["neuron"], there["neuron"]) << dataflow;
    EXPECT_EQ(back["activity"], "compute");
  }
}

}  // namespace
}  // namespace faultline
