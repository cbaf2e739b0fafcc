#include "sim/analysis/nvf_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/analysis/nvf_summary.h"
#include "sim/config/user_error.h"
#include "sim/model/npz.h"
#include "tests/support/temporary_folder.h"

namespace faultline::analysis {
namespace {

using testing::HasSubstr;

NvfAnalysis small_analysis() {
  NvfAnalysis analysis;
  analysis.model = "m.onnx";
  analysis.model_sha256 = "0123";
  analysis.data = "builtin:digits";
  analysis.split = "train";
  analysis.multiplier = "exact";
  analysis.images = 10;
  NeuronVulnerability quiet;
  quiet.greatest_upper = quiet.greatest_lower = kLargestDeviation + 1;
  NeuronVulnerability loud = quiet;
  loud.critical_flips = {0, 0, 0, 0, 1, 2, 3, 10};  // 16 of 80
  loud.upper_thresholds[4] = 4;
  loud.lower_thresholds[7] = 2;
  loud.least_upper = 17;
  loud.least_lower = 128;
  analysis.layers.resize(2);
  analysis.layers[0].layer = {2, "conv 1", 3};
  analysis.layers[0].neurons = {quiet, loud, quiet};
  analysis.layers[1].layer = {5, "fc", 1};
  analysis.layers[1].neurons = {loud};
  return analysis;
}

TEST(NvfFile, SurvivesItsFile) {
  const test::TemporaryFolder folder;
  const std::string path = (folder.path() / "nvf.npz").string();
  const NvfAnalysis written = small_analysis();
  write_nvf(path, written);
  const NvfAnalysis read = read_nvf(path);
  EXPECT_EQ(read.model_sha256, written.model_sha256);
  EXPECT_EQ(read.split, written.split);
  EXPECT_EQ(read.images, written.images);
  ASSERT_EQ(read.layers.size(), 2U);
  EXPECT_EQ(read.layers[0].layer.name, "conv 1");
  EXPECT_EQ(read.layers[1].layer.operator_index, 5U);
  const NeuronVulnerability& loud = read.layers[0].neurons[1];
  EXPECT_EQ(loud.critical_flips, written.layers[0].neurons[1].critical_flips);
  EXPECT_EQ(loud.lower_thresholds, written.layers[0].neurons[1].lower_thresholds);
  EXPECT_EQ(loud.least_upper, 17);
  EXPECT_EQ(loud.least_lower, 128);
  EXPECT_EQ(loud.greatest_upper, kLargestDeviation + 1);
  EXPECT_EQ(read.layers[0].neurons[2].critical_flips, (std::array<uint32_t, 8>{}));
}

TEST(NvfFile, RefusesOtherArchives) {
  const test::TemporaryFolder folder;
  const std::string path = (folder.path() / "other.npz").string();
  const auto message = [&] {
    try {
      read_nvf(path);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  model::write_npz(path, {{"x", {{2}, std::vector<int32_t>{1, 2}}}});
  EXPECT_THAT(message(), HasSubstr("does not say what was analysed; give a file that faultline analyze nvf"));
  write_nvf(path, small_analysis());
  model::NpzArrays arrays = model::read_npz(path);
  arrays.erase("critical_flips");
  model::write_npz(path, arrays);
  EXPECT_THAT(message(), HasSubstr("has no array 'critical_flips'"));
}

TEST(NvfSummary, CountsNeuronsFromEachThresholdOn) {
  const NvfSummary summary = summarise(small_analysis());
  EXPECT_EQ(summary.neurons, 4U);
  ASSERT_EQ(summary.thresholds.size(), 11U);
  EXPECT_EQ(summary.thresholds[0].neurons, 4U);
  EXPECT_EQ(summary.thresholds[4].nvf, 0.2);
  EXPECT_EQ(summary.thresholds[4].neurons, 2U) << "16 / 80 is 0.2";
  EXPECT_EQ(summary.thresholds[5].neurons, 0U);
  EXPECT_DOUBLE_EQ(summary.portion(2), 0.5);
  ASSERT_EQ(summary.layers.size(), 2U);
  EXPECT_EQ(summary.layers[0].never_critical, 2U);
  EXPECT_DOUBLE_EQ(summary.layers[0].mean_exact, 0.2 / 3);
  EXPECT_DOUBLE_EQ(summary.layers[1].largest_exact, 0.2);
}

}  // namespace
}  // namespace faultline::analysis
