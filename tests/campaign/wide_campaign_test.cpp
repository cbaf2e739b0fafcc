#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;

TEST(WideCampaign, HasTheSameRowsFollowedOrSimulatedAndWithAnyNumberOfJobs) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("experiment.yaml",
                                        "model: models/lenet5_digits_16bit.onnx\n"
                                        "data: {source: builtin:digits, images: 2}\n"
                                        "accelerator: {operand_bits: 16}\n"
                                        "faults: {model: flip, sample: 60, where: [\"array.*\", \"buffer.*\"]}\n");
  const auto run = [&](const std::string& options) {
    const auto result = test::run_faultline("campaign '" + file + "' --json --rows " + options, kSource);
    EXPECT_EQ(result.status, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  };
  const json one = run("--jobs 1");
  ASSERT_TRUE(one.is_object());
  ASSERT_EQ(one["rows"].size(), 60u);
  EXPECT_GT(one["followed"], 40);
  EXPECT_LT(one["outcomes"]["masked"], 60) << "no fault showed";
  const json two = run("--jobs 2");
  EXPECT_EQ(two["rows"], one["rows"]);
  EXPECT_EQ(two["rows_sha256"], one["rows_sha256"]);
  const json simulated = run("--jobs 2 --engine cycle");
  EXPECT_EQ(simulated["followed"], 0);
  EXPECT_EQ(simulated["rows"], one["rows"]);
}

}  // namespace
}  // namespace faultline
