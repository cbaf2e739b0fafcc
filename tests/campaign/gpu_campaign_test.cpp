#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "sim/campaign/result_store.h"
#include "tests/support/refusal.h"
#include "tests/support/repetitions.h"

namespace faultline {
namespace {

using campaign::ResultStore;
using nlohmann::json;

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;

/// A campaign on a GPU: the same commands as for an array.
class GpuCampaign : public testing::Test {
 protected:
  std::string experiment(const std::string& faults, const std::string& more = "") {
    return folder.write("experiment.yaml",
                        "model: models/mlp_relu_mnist.onnx\n"
                        "data: {source: builtin:digits, images: 2}\n"
                        "accelerator: testbenches/accelerators/sm_small.yaml\n"
                        "faults: " +
                            faults + "\n" + more);
  }
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  test::RunResult command(const std::string& arguments) {
    auto result = test::run_faultline(arguments, kSource);
    EXPECT_EQ(result.status, 0) << arguments << "\n" << result.err;
    return result;
  }
  json campaign(const std::string& arguments) {
    const auto result = command("campaign " + arguments + " --json --rows");
    return result.status == 0 ? json::parse(result.out) : json();
  }
  test::TemporaryFolder folder;
};

const unsigned kSample = test::repetitions(14);
const std::string kEverywhere =
    "{model: flip, sample: " + std::to_string(kSample) +
    ", where: [\"register_file.*\", \"shared_memory.*\", \"partition[*].*\", \"warp[*].*\", "
    "\"scoreboard.*\", \"scheduler[*].*\", \"fetch.*\", \"load_store.*\", \"global_queue.*\", \"launch.*\"]}";

TEST_F(GpuCampaign, GivesTheSameRowsHoweverItIsRun) {
  const std::string yaml = experiment(kEverywhere);
  const json one = campaign(yaml + " --jobs 1");
  const json two = campaign(yaml + " --jobs 2");
  ASSERT_GE(one["rows"].size(), kSample);
  EXPECT_EQ(one["rows"], two["rows"]);
  EXPECT_EQ(one["experiment"]["accelerator"]["architecture"], "gpu");
  for (const auto& row : one["rows"]) {
    EXPECT_FALSE(row.contains("tool_error")) << row["number"];
  }

  const json simulated = campaign(yaml + " --engine cycle");
  EXPECT_EQ(simulated["rows_sha256"], one["rows_sha256"]);
  if (!test::kSanitized) {
    EXPECT_GT(one["followed"], 0);
  }

  // In two shards, and where the first of them is finished to the whole.
  command("campaign " + yaml + " --shard 1/2 --out " + file("a.db"));
  command("campaign " + yaml + " --shard 2/2 --out " + file("b.db"));
  command("merge " + file("a.db") + " " + file("b.db") + " -o " + file("whole.db"));
  EXPECT_EQ(ResultStore::open(file("whole.db")).rows_sha256(), one["rows_sha256"]);
}

TEST_F(GpuCampaign, ReplaysAnExperimentAndReportsLanes) {
  const std::string yaml = experiment("{model: flip, sample: 6, where: [\"partition[*].mac_lane[*].*\"]}");
  command("campaign " + yaml + " --out " + file("r.db"));
  const json replay = json::parse(command("replay " + file("r.db") + " --experiment 0 --json").out);
  EXPECT_EQ(replay["equal"], true);
  EXPECT_FALSE(replay["story"]["faults"].empty());
  command("report " + file("r.db") + " -o " + file("r.html"));
  EXPECT_NE(test::read_file(file("r.html")).find("by lane"), std::string::npos);
}

TEST_F(GpuCampaign, RefusesEnginesOfTheArray) {
  const std::string model = "model: '" + (kSource / "models/mlp_relu_mnist.onnx").string() + "'\n";
  const std::string accelerator =
      "accelerator: '" + (kSource / "testbenches/accelerators/sm_small.yaml").string() + "'\n";
  folder.write("e.yaml", model + accelerator +
                             "data: {source: builtin:digits, images: 1}\n"
                             "faults: {model: flip, sample: 1, where: [\"shared_memory.*\"]}\n");
  test::expect_refusal("campaign e.yaml --engine rtl", folder.path(),
                       "e.yaml: no engine 'rtl' that takes faults for a GPU; use auto, cone or cycle");
  test::expect_refusal("campaign e.yaml --hardened h.yaml", folder.path(),
                       "e.yaml: 'hardened' needs an accelerator that can have a unit for it");
  test::expect_refusal("campaign e.yaml --array 4x4", folder.path(), "--array: does not apply to the GPU");
}

}  // namespace
}  // namespace faultline
