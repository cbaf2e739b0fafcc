#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;

/// A width of operands, of which there is a shipped network.
class WideCampaign : public testing::TestWithParam<int> {};

/// High bits, struck while they are in use, so that there are right and wrong answers: conv2 computes from cycle 4,801
/// to 6,723, the sums of the last layer wait from 24,000 on for post-processing. A buffer's operand takes two bytes, of
/// which the upper one has four bits that count where operands have 12.
TEST_P(WideCampaign, HasTheSameRowsFollowedOrSimulatedAndWithAnyNumberOfJobs) {
  const test::TemporaryFolder folder;
  const std::string bits = std::to_string(GetParam());
  const std::string list = folder.write("list.csv",
                                        "path,mask,model,start,duration\n"
                                        "array.pe[0:3][0].weight,0x400,flip,5600,1\n"
                                        "array.pe[3][0:3].psum,0x40000000,flip,5600,1\n"
                                        "buffer.weight[0:6],0x40,flip,5300,1\n"
                                        "buffer.partial_sum[0][0:4],0x100000000000,flip,24000,1\n"
                                        "post_processing.biased[0:4],0x200000000000,stuck_at_1,4800,1900\n");
  const std::string file = folder.write("experiment.yaml", "model: models/lenet5_digits_" + bits +
                                                               "bit.onnx\n"
                                                               "data: {source: builtin:digits, images: 2}\n"
                                                               "accelerator: {operand_bits: " +
                                                               bits + "}\nfaults: {list: " + list + "}\n");
  const auto run = [&](const std::string& options) {
    const auto result = test::run_faultline("campaign '" + file + "' --json --rows " + options, kSource);
    EXPECT_EQ(result.status, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  };
  const json one = run("--jobs 1");
  ASSERT_TRUE(one.is_object());
  ASSERT_EQ(one["rows"].size(), 2 * 20u);
  EXPECT_EQ(one["followed"], 2 * 20);
  for (const char* outcome : {"masked", "tolerable", "critical"}) {
    EXPECT_GT(one["outcomes"][outcome], 2) << outcome;
  }
  const json two = run("--jobs 2");
  EXPECT_EQ(two["rows"], one["rows"]);
  EXPECT_EQ(two["rows_sha256"], one["rows_sha256"]);
  const json simulated = run("--jobs 2 --engine cycle");
  EXPECT_EQ(simulated["followed"], 0);
  EXPECT_EQ(simulated["rows"], one["rows"]);
}

INSTANTIATE_TEST_SUITE_P(Shipped, WideCampaign, testing::Values(12, 16),
                         [](const auto& test_case) { return "bits" + std::to_string(test_case.param); });

}  // namespace
}  // namespace faultline
