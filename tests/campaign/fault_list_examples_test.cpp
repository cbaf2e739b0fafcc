#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;

std::vector<std::string> expected_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "fault_lists")) {
    if (entry.path().extension() == ".expected") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// "number,image,outcome,faulty_class" of every row, the class empty where there is none.
std::string rows_as_text(const nlohmann::json& report) {
  std::string text = "number,image,outcome,faulty_class\n";
  for (const auto& row : report.at("rows")) {
    text += std::to_string(row.at("number").get<int>()) + ',' + std::to_string(row.at("image").get<int>()) + ',' +
            row.at("outcome").get<std::string>() + ',' +
            (row.at("faulty_class").is_null() ? "" : std::to_string(row.at("faulty_class").get<int>())) + '\n';
  }
  return text;
}

class FaultListExample : public testing::TestWithParam<std::string> {};

TEST_P(FaultListExample, GivesTheOutcomesBesideIt) {
  std::ifstream file(kSource / "fault_lists" / (GetParam() + ".expected"));
  std::string first;
  std::getline(file, first);
  const std::string marker = "# experiment: ";
  ASSERT_EQ(first.substr(0, marker.size()), marker);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  const auto run = test::run_faultline("campaign " + first.substr(marker.size()) + " --json --rows", kSource);
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows_as_text(nlohmann::json::parse(run.out)), expected);
}

INSTANTIATE_TEST_SUITE_P(All, FaultListExample, testing::ValuesIn(expected_files()));

}  // namespace
}  // namespace faultline
