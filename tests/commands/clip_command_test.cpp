#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::string kModel = "--model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' ";

class ClipCommand : public testing::Test {
 protected:
  json run_json(const std::string& arguments) const {
    const test::RunResult run = test::run_faultline(arguments + " --json", folder_.path());
    EXPECT_EQ(run.status, 0) << run.err;
    return json::parse(run.out, nullptr, false);
  }
  test::RunResult run(const std::string& arguments) const { return test::run_faultline(arguments, folder_.path()); }

  const test::TemporaryFolder folder_;
};

TEST_F(ClipCommand, ProfileRunAndCampaignFitTogether) {
  const json profile = run_json("harden clip " + kModel + "--data builtin:digits --images 30 --out c.yaml");
  EXPECT_EQ(profile["images"], 30);
  ASSERT_EQ(profile["layers"].size(), 5U);
  for (const json& layer : profile["layers"]) {
    EXPECT_GE(layer["low"], layer["clamp"]["low"]);
    EXPECT_LE(layer["high"], layer["clamp"]["high"]);
  }
  const std::string run_images = "run " + kModel + "--data builtin:digits --images 3 --clip c.yaml ";
  const json functional = run_json(run_images + "--engine functional");
  EXPECT_EQ(functional["clip"], "c.yaml");
  EXPECT_EQ(run_json(run_images + "--engine cycle")["logits_sha256"], functional["logits_sha256"]);

  folder_.write("e.yaml", "model: " FAULTLINE_SOURCE_DIR
                          "/models/lenet5_digits.onnx\n"
                          "data: {source: builtin:digits, images: 3}\nclip: c.yaml\n"
                          "faults: {model: flip, sample: 60, where: ['array.pe[*][*].psum']}\n");
  const json campaign = run_json("campaign e.yaml --out c.db");
  EXPECT_EQ(campaign["experiment"]["clip"], "c.yaml");
  EXPECT_EQ(campaign["rows_sha256"], run_json("campaign e.yaml --engine cycle")["rows_sha256"]);
  EXPECT_EQ(run("replay c.db --experiment 3").status, 0);
  ASSERT_EQ(run("harden clip " + kModel + "--data builtin:digits --images 2 --out c.yaml").status, 0);
  const test::RunResult changed = run("replay c.db --experiment 3");
  EXPECT_EQ(changed.status, 2);
  EXPECT_NE(changed.err.find("c.yaml: clips to other bounds than the campaign did"), std::string::npos) << changed.err;
}

TEST_F(ClipCommand, BoundsOfChannelsAreHeldByTheAccelerator) {
  const json profile =
      run_json("harden clip " + kModel + "--data builtin:digits --images 30 --per channel --out c.yaml");
  EXPECT_EQ(profile["per"], "channel");
  EXPECT_EQ(profile["layers"][0]["channels"].size(), 6U);
  const std::string run_images = "run " + kModel + "--data builtin:digits --images 2 --clip c.yaml --engine ";
  const json functional = run_json(run_images + "functional");
  EXPECT_EQ(run_json(run_images + "cycle")["logits_sha256"], functional["logits_sha256"]);

  folder_.write("e.yaml", "model: " FAULTLINE_SOURCE_DIR
                          "/models/lenet5_digits.onnx\n"
                          "data: {source: builtin:digits, images: 2}\nclip: c.yaml\n"
                          "faults: {model: flip, sample: 80, where: ['array.pe[*][*].psum', "
                          "'post_processing.parameter[*]', 'post_processing.product[*]']}\n");
  const json campaign = run_json("campaign e.yaml --engine cone --out c.db");
  EXPECT_EQ(campaign["rows_sha256"], run_json("campaign e.yaml --engine cycle")["rows_sha256"]);
  EXPECT_EQ(run("replay c.db --experiment 3").status, 0);

  folder_.write("gpu.yaml", "architecture: gpu\n");
  const test::RunResult gpu = run(run_images + "functional --accelerator gpu.yaml");
  EXPECT_EQ(gpu.status, 2);
  EXPECT_EQ(gpu.err,
            "faultline: c.yaml: bounds channels by themselves, which this accelerator has no unit for; profile with "
            "--per layer and --outside clamp, or take a systolic accelerator\n");
}

TEST_F(ClipCommand, ZeroStandsForWhatIsOutside) {
  const std::string profile = "harden clip " + kModel + "--data builtin:digits --images 5 --outside zero ";
  EXPECT_EQ(run_json(profile + "--per channel --out c.yaml")["outside"], "zero");
  run_json(profile + "--out l.yaml");
  run_json("harden clip " + kModel + "--data builtin:digits --images 5 --per channel --out clamp.yaml");
  const std::string run_images = "run " + kModel + "--data builtin:digits --images 20 ";
  const std::string unclipped = run_json(run_images + "--engine functional")["logits_sha256"];
  const std::string clamped = run_json(run_images + "--engine functional --clip clamp.yaml")["logits_sha256"];
  for (const std::string design : {"c.yaml", "l.yaml"}) {
    const std::string functional = run_json(run_images + "--engine functional --clip " + design)["logits_sha256"];
    EXPECT_NE(functional, unclipped) << "five images have shown every code that twenty have";
    EXPECT_NE(functional, clamped);
    EXPECT_EQ(run_json(run_images + "--engine cycle --clip " + design)["logits_sha256"], functional);
  }
  folder_.write("clamp_unit.yaml", "protection: [channel_bounds]\n");
  const test::RunResult other = run(run_images + "--clip c.yaml --accelerator clamp_unit.yaml");
  EXPECT_EQ(other.status, 2);
  EXPECT_EQ(
      other.err,
      "faultline: c.yaml: needs the unit channel_bounds with outside zero, the accelerator has it with clamp; take "
      "that unit out of the accelerator file, or make a design for it\n");

  folder_.write("e.yaml", "model: " FAULTLINE_SOURCE_DIR
                          "/models/lenet5_digits.onnx\n"
                          "data: {source: builtin:digits, images: 2}\nclip: c.yaml\n"
                          "faults: {model: flip, sample: 80, where: ['array.pe[*][*].psum', "
                          "'post_processing.parameter[*]', 'post_processing.product[*]']}\n");
  const json campaign = run_json("campaign e.yaml --engine cone --out c.db");
  EXPECT_EQ(campaign["rows_sha256"], run_json("campaign e.yaml --engine cycle")["rows_sha256"]);
}

TEST_F(ClipCommand, MistakesAreOneLine) {
  const auto expect = [&](const std::string& arguments, const std::string& part) {
    const test::RunResult result = run(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  };
  expect("harden clip " + kModel + "--data mnist:nowhere --out c.yaml", "nowhere");
  expect("harden clip " + kModel + "--data builtin:digits --multiplier none --out c.yaml", "--multiplier");
  expect("harden clip " + kModel + "--data builtin:digits --per row --out c.yaml", "--per");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "c.yaml"));
  const std::string run_images = "run " + kModel + "--data builtin:digits --images 1 --engine functional ";
  expect(run_images + "--clip c.yaml", "c.yaml: cannot be read");
  folder_.write("c.yaml", "model: m\nmodel_sha256: '0'\nlayers: []\n");
  expect(run_images + "--clip c.yaml", "c.yaml: was made for another model");
}

}  // namespace
}  // namespace faultline
