#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::string kDesign =
    "--model '" FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx' --data builtin:digits --accelerator protected.yaml ";

/// LeNet-5 on an accelerator whose weights have the given protection.
class ProtectedWeights : public testing::Test {
 protected:
  void protect(const std::string& unit) {
    std::ofstream(folder_.path() / "protected.yaml") << "array: 8x8\nprotection: [" << unit << "]\n";
  }
  json run_json(const std::string& arguments) const {
    const test::RunResult run = test::run_faultline(arguments + " --json", folder_.path());
    EXPECT_EQ(run.status, 0) << run.err;
    return json::parse(run.out, nullptr, false);
  }
  /// A flip of bits of a weight of the first layer, loaded and not yet read.
  json strike(const std::string& mask) const {
    return run_json("inject " + kDesign + "--site 'buffer.weight[3]' --cycle 120 --mask " + mask);
  }

  const test::TemporaryFolder folder_;
};

TEST_F(ProtectedWeights, SecDedCorrectsOneBitAndDetectsTwo) {
  protect("secded:memories=weight");
  const json one = strike("0x40");
  EXPECT_EQ(one["outcome"], "masked");
  EXPECT_EQ(one["detected_by"], "protection.weight");
  EXPECT_EQ(one["corrected"], true);
  EXPECT_GT(one["detection_cycle"], 120);
  EXPECT_EQ(one["cycles"], one["golden_cycles"]);
  const json two = strike("0x60");
  EXPECT_EQ(two["outcome"], "detected");
  EXPECT_EQ(two["corrected"], false);
  EXPECT_TRUE(two["faulty_class"].is_null());
}

TEST_F(ProtectedWeights, ParityMayGoOnWithZero) {
  protect("'parity:memories=weight,on_error=zero'");
  const json run = strike("0x40");
  EXPECT_NE(run["outcome"], "detected");
  EXPECT_EQ(run["detected_by"], "protection.weight");
  EXPECT_EQ(run["corrected"], false);
}

TEST_F(ProtectedWeights, SitesShowTheUnitsRegisters) {
  protect("secded:memories=weight");
  const test::RunResult sites = test::run_faultline("sites --accelerator protected.yaml", folder_.path());
  EXPECT_EQ(sites.status, 0) << sites.err;
  for (const char* path : {"protection.weight.check[*]", "protection.weight.report.flags"}) {
    EXPECT_NE(sites.out.find(path), std::string::npos) << sites.out;
  }
}

}  // namespace
}  // namespace faultline
