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

/// Runs the commands of the user guide on one image, in one folder.
class HardenCommands : public testing::Test {
 protected:
  HardenCommands() {
    analysis_ = run_json("analyze nvf " + kModel + "--data builtin:digits --images 1 --out nvf.npz");
    folder_.write("e.yaml", "model: " FAULTLINE_SOURCE_DIR
                            "/models/lenet5_digits.onnx\n"
                            "data: {source: builtin:digits, images: 5}\nengine: neuron\n"
                            "faults: {model: flip, sample: 200, where: ['*.*']}\n");
    folder_.write("unit.yaml", "model: " FAULTLINE_SOURCE_DIR
                               "/models/lenet5_digits.onnx\n"
                               "data: {source: builtin:digits, images: 1}\n"
                               "faults: {model: stuck_at, sample: 16, where: ['protection.lcu.held[*]']}\n");
  }

  json run_json(const std::string& arguments) const {
    const test::RunResult run = test::run_faultline(arguments + " --json", folder_.path());
    EXPECT_EQ(run.status, 0) << run.err;
    return json::parse(run.out, nullptr, false);
  }
  test::RunResult run(const std::string& arguments) const { return test::run_faultline(arguments, folder_.path()); }

  const test::TemporaryFolder folder_;
  json analysis_;
};

TEST_F(HardenCommands, AnalysisHardeningRunAndCampaignFitTogether) {
  EXPECT_EQ(analysis_["neurons"], 6518);
  ASSERT_EQ(analysis_["thresholds"].size(), 11U);
  EXPECT_EQ(analysis_["thresholds"][0]["neurons"], 6518);
  EXPECT_EQ(analysis_["layers"].size(), 5U);

  const json split = run_json("harden split-lcu " + kModel + "--nvf nvf.npz --top-percent 4 --out lcu.yaml");
  EXPECT_EQ(split["chosen"], 261);
  ASSERT_EQ(split["not_protectable"].size(), 1U);
  EXPECT_EQ(split["not_protectable"][0]["name"], "fc3");
  EXPECT_EQ(split["extra_words"], split["protected"]);
  const json triple = run_json("harden tmr " + kModel + "--nvf nvf.npz --top-percent 4 --out tmr.yaml");
  EXPECT_EQ(triple["extra_words"], 2 * 261);

  const std::string run_images = "run " + kModel + "--data builtin:digits --images 2 ";
  const json functional = run_json(run_images + "--engine functional --hardened lcu.yaml");
  EXPECT_EQ(functional["hardened"], "lcu.yaml");
  const json simulated = run_json(run_images + "--engine cycle --hardened lcu.yaml");
  EXPECT_EQ(simulated["logits_sha256"], functional["logits_sha256"]);
  EXPECT_GT(simulated["total_cycles"], simulated["unprotected_cycles"]);
  EXPECT_EQ(simulated["host_operators"], run_json(run_images)["host_operators"]) << "the unit does it, not the host";
  EXPECT_EQ(simulated["layers"][0]["protection"]["pairs_sharing_a_pe"], 0);
  EXPECT_EQ(run_json(run_images + "--engine functional --hardened tmr.yaml")["logits_sha256"],
            run_json(run_images + "--engine functional")["logits_sha256"]);

  const json plain = run_json("campaign e.yaml");
  EXPECT_EQ(plain["population"]["size"], 8 * 6518 * 5);
  const json hardened = run_json("campaign e.yaml --hardened lcu.yaml --out h.db");
  EXPECT_EQ(hardened["population"]["size"].get<int>(), 8 * (6518 + split["extra_words"].get<int>()) * 5);
  EXPECT_EQ(hardened["experiment"]["hardened"], "lcu.yaml");
  EXPECT_EQ(hardened["rows_sha256"], run_json("campaign e.yaml --hardened lcu.yaml --jobs 2")["rows_sha256"]);
  ASSERT_EQ(run("campaign e.yaml --out p.db").status, 0);
  ASSERT_EQ(run("campaign e.yaml --hardened tmr.yaml --out t.db").status, 0);
  const json table = run_json("compare p.db h.db t.db");
  ASSERT_EQ(table["designs"].size(), 3U);
  EXPECT_TRUE(table["designs"][0]["hardened"].is_null());
  EXPECT_EQ(table["designs"][1]["extra_words"], split["extra_words"]);
  EXPECT_EQ(table["designs"][2]["extra_words"], triple["extra_words"]);
  EXPECT_EQ(run("compare p.db h.db t.db -o page.html").status, 2);
  const json unit = run_json("campaign unit.yaml --hardened lcu.yaml --out u.db");
  EXPECT_EQ(unit["experiment"]["engine"], "cycle") << "no cone follows what a unit does";
  EXPECT_NE(run("export u.db --csv -").out.find(",protection.lcu,"), std::string::npos) << "it is detected";
  EXPECT_EQ(run("replay h.db --experiment 3").status, 0);
  EXPECT_EQ(run("replay h.db --experiment 3 --wave w.vcd").status, 2);
  ASSERT_EQ(run("harden split-lcu " + kModel + "--nvf nvf.npz --top-percent 3 --out lcu.yaml").status, 0);
  EXPECT_EQ(run("replay h.db --experiment 3").status, 2) << "the hardened design has changed";
}

TEST_F(HardenCommands, DuplicatedChannelsRunOnEveryEngine) {
  const json edac = run_json("harden edac " + kModel +
                             "--nvf nvf.npz --channels-percent 10 --data builtin:digits --images 40 --out edac.yaml");
  EXPECT_EQ(edac["considered"], 236);
  EXPECT_EQ(edac["chosen"], 24);
  EXPECT_EQ(edac["extra_words"], edac["protected"]);
  EXPECT_TRUE(edac["not_protectable"].empty());
  ASSERT_EQ(edac["layers"].size(), 5U);
  EXPECT_EQ(edac["layers"][4]["duplicated"], 10) << "all of the last layer";
  const std::string run_images = "run " + kModel + "--data builtin:digits --images 4 --hardened edac.yaml ";
  const json functional = run_json(run_images + "--engine functional");
  const json simulated = run_json(run_images + "--engine cycle");
  EXPECT_EQ(simulated["logits_sha256"], functional["logits_sha256"]);
  EXPECT_GT(simulated["total_cycles"], simulated["unprotected_cycles"]);

  const json words = run_json("campaign e.yaml --hardened edac.yaml");
  EXPECT_EQ(words["population"]["size"].get<int>(), 8 * (6518 + edac["extra_words"].get<int>()) * 5);
  folder_.write("copies.yaml", "model: " FAULTLINE_SOURCE_DIR
                               "/models/lenet5_digits.onnx\n"
                               "data: {source: builtin:digits, images: 1}\n"
                               "faults: {model: stuck_at, sample: 16, where: ['protection.edac.*']}\n");
  const json unit = run_json("campaign copies.yaml --hardened edac.yaml --out u.db");
  EXPECT_EQ(unit["experiment"]["engine"], "cycle") << "no cone follows what a unit does";
  EXPECT_EQ(run("replay u.db --experiment 3").status, 0);
}

TEST_F(HardenCommands, MistakesAreOneLine) {
  const auto message = [&](const std::string& arguments) {
    const test::RunResult result = run(arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  const auto expect = [&](const std::string& arguments, const std::string& part) {
    const std::string err = message(arguments);
    EXPECT_NE(err.find(part), std::string::npos) << err;
  };
  const std::string split = "harden split-lcu " + kModel;
  expect(split + "--nvf nvf.npz --out h.yaml", "it is not said which neurons to choose");
  expect(split + "--nvf none.npz --top-percent 4 --out h.yaml", "none.npz: cannot be read");
  expect(split + "--nvf nvf.npz --top-percent 104 --out h.yaml", "--top-percent");
  expect(split + "--nvf nvf.npz --threshold 0.1 --layer fc9 --out h.yaml", "'fc9' is no layer of the analysis");
  expect("harden split-lcu --model '" FAULTLINE_SOURCE_DIR
         "/models/lenet5_mnist.onnx' --nvf nvf.npz --threshold 0.1 --out h.yaml",
         "is an analysis of another model");
  expect("analyze nvf " + kModel + "--data builtin:digits --images 1 --split all", "--split");
  const std::string edac = "harden edac " + kModel + "--data builtin:digits --images 2 --nvf ";
  expect(edac + "nvf.npz --out h.yaml", "it is not said which channels to duplicate");
  expect(edac + "none.npz --channels-percent 4 --out h.yaml", "none.npz: cannot be read");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "h.yaml"));
  ASSERT_EQ(run(edac + "nvf.npz --channels-percent 5 --out e_design.yaml").status, 0);
  folder_.write("gpu.yaml", "architecture: gpu\n");
  expect("run " + kModel + "--data builtin:digits --images 1 --accelerator gpu.yaml --hardened e_design.yaml",
         "e_design.yaml: bounds channels by themselves, which this accelerator has no unit for; take a systolic");
  folder_.write("clamp.yaml", "protection: [channel_bounds]\n");
  expect("run " + kModel + "--data builtin:digits --images 1 --accelerator clamp.yaml --hardened e_design.yaml",
         "needs the unit channel_bounds with outside zero, the accelerator has it with clamp");
  ASSERT_EQ(run("harden clip " + kModel + "--data builtin:digits --images 2 --per channel --outside zero --out c.yaml")
                .status,
            0);
  expect("run " + kModel + "--data builtin:digits --images 1 --clip c.yaml --hardened e_design.yaml",
         "'conv1' has bounds of channels from a clip design already; leave the clip design out");
  ASSERT_EQ(run(split + "--nvf nvf.npz --top-percent 1 --out h.yaml").status, 0);
  folder_.write("voter.yaml", "array: 8x8\nprotection: [tmr]\n");
  expect("run " + kModel + "--data builtin:digits --images 1 --accelerator voter.yaml --hardened h.yaml",
         "needs the unit lcu, the accelerator has tmr");
  expect("campaign e.yaml --hardened none.yaml", "none.yaml");
  expect("inject " + kModel +
             "--data builtin:digits --image 0 --engine neuron --site 'buffer.output[0]' --mask 1 --cycle 0",
         "the neuron engine does not step");
}

}  // namespace
}  // namespace faultline
