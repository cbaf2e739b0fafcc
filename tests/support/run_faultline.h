#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/wait.h>

#include "tests/support/temporary_folder.h"

namespace faultline::test {

/// What a run of the built binary left behind.
struct RunResult {
  int status = -1;  ///< exit status; -1 when it was killed
  std::string out;
  std::string err;
};

/// Runs `faultline ARGUMENTS` in `folder`; arguments are words of a shell.
inline RunResult run_faultline(const std::string& arguments, const std::filesystem::path& folder) {
  const TemporaryFolder capture;
  const std::string out = (capture.path() / "out").string();
  const std::string err = (capture.path() / "err").string();
  const std::string command =
      "cd '" + folder.string() + "' && '" FAULTLINE_BINARY "' " + arguments + " >'" + out + "' 2>'" + err + "'";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(out), read_file(err)};
}

}  // namespace faultline::test
