#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

test::RunResult bench(const std::string& arguments) {
  const test::TemporaryFolder folder;
  return test::run_faultline("bench --seconds 0.01 " + arguments, folder.path());
}

TEST(BenchCommand, MeasuresATableAndDescribesTheMachine) {
  const test::RunResult run = bench("--table kernels --json");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  const auto results = nlohmann::json::parse(run.out);
  for (const char* key : {"processor", "simd_target", "compiler"}) {
    EXPECT_NE(results["machine"][key], "") << key;
  }
  ASSERT_EQ(results["tables"].size(), 1U);
  ASSERT_FALSE(results["tables"]["kernels"].empty());
  for (const auto& row : results["tables"]["kernels"]) {
    EXPECT_GT(row["per_second"], 0) << row;
    EXPECT_GT(row["per_processor_second"], 0) << row;
  }
}

TEST(BenchCommand, PrintsTextWithoutJson) {
  const test::RunResult run = bench("--table kernels");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, testing::HasSubstr("per processor second"));
  EXPECT_THAT(run.out, testing::HasSubstr("MAC"));
}

TEST(BenchCommand, RefusesAnUnknownTableInOneLine) {
  const test::RunResult run = bench("--table spoons");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, testing::StartsWith("faultline: "));
  EXPECT_THAT(run.err, testing::HasSubstr("there is no table 'spoons'; choose from cone, functional, grid, kernels"));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1);
}

}  // namespace
}  // namespace faultline
