#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_faultline.h"

namespace faultline::test {

/// Every file below a folder with its content.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    content[entry.path().string()] = entry.is_regular_file() ? read_file(entry.path()) : "";
  }
  return content;
}

/// Expects that `faultline ARGUMENTS` refuses its input: one line on stderr with `message` in it, exit status 2,
/// nothing on stdout, and `folder`, where it runs, is as before.
inline void expect_refusal(const std::string& arguments, const std::filesystem::path& folder,
                           const std::string& message) {
  const auto before = content_of(folder);
  const RunResult run = run_faultline(arguments, folder);
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err.substr(0, 11), "faultline: ");
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr(message));
  EXPECT_TRUE(content_of(folder) == before) << "files in " << folder << " have changed";
}

}  // namespace faultline::test
