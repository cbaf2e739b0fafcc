#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

test::RunResult sample_size(const std::string& arguments) {
  const test::TemporaryFolder folder;
  return test::run_faultline("sample-size " + arguments, folder.path());
}

TEST(SampleSizeCommand, PrintsTheNumberAlone) {
  const test::RunResult run = sample_size("--population 17174144 --margin 0.01 --confidence 0.99");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, "16625\n");
  EXPECT_EQ(sample_size("--population 17174144 --margin 0.01 --confidence 0.99 --exact-quantile").out, "16572\n");
  EXPECT_EQ(sample_size("--population 100000000000000000000000000 --margin 0.05 --p 0.1").out, "139\n");
  EXPECT_EQ(sample_size("--population 16625 --sample 16625").out, "0.0\n");
}

TEST(SampleSizeCommand, PrintsJson) {
  const test::RunResult run = sample_size("--population 17174144 --sample 16625 --confidence 0.99 --json");
  EXPECT_EQ(run.status, 0) << run.err;
  const nlohmann::json answer = nlohmann::json::parse(run.out);
  EXPECT_NEAR(answer["margin"].get<double>(), 0.01, 1e-6);
  EXPECT_EQ(answer["quantile"], 2.58);
  EXPECT_EQ(answer["population"], "17174144");
}

TEST(SampleSizeCommand, RefusesBadValuesInOneLine) {
  const std::string good = "--population 1000 --margin 0.01 ";
  for (const auto& [arguments, message] : std::initializer_list<std::pair<std::string, std::string>>{
           {"--margin 0.01", "--population is required"},
           {"--population 1000", "no single question is asked"},
           {"--population -5 --margin 0.01", "population '-5' is not a number of faults"},
           {"--population 1000 --margin 1", "margin 1 is not between 0 and 1"},
           {"--population 1000 --margin nan", "margin nan is not between 0 and 1"},
           {"--population 1000 --margin x", "--margin"},
           {"--population 1000 --sample 1001", "a sample of 1001 from a population of 1000"},
           {"--population 1000 --sample 10 --margin 0.01", "no single question is asked"},
           {good + "--confidence 0.97", "0.9, 0.95, 0.99 or 0.999"},
           {good + "--confidence 95", "confidence 95 is not between 0 and 1"},
           {good + "--p 0", "proportion 0 is not between 0 and 1"}}) {
    const test::RunResult run = sample_size(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(run.out, "") << arguments;
    EXPECT_THAT(run.err, testing::HasSubstr(message));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
}

}  // namespace
}  // namespace faultline
