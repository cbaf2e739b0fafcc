#include "sim/process/tool_run.h"

#include <sstream>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/process/child_process.h"

namespace faultline::process {
namespace {

/// The first line with "rror" in it, or the last line that is not empty.
std::string complaint(const std::string& output) {
  std::stringstream lines(output);
  std::string last = "it says nothing";
  for (std::string line; std::getline(lines, line);) {
    if (line.find("rror") != std::string::npos) {
      return line;
    }
    last = line.empty() ? last : line;
  }
  return last;
}

}  // namespace

void require_tool(const std::string& program, const std::string& file) {
  if (!on_path(program)) {
    throw UserError(file, 0, fmt::format("needs the program {}, which is not on PATH", program),
                    fmt::format("install {}", program));
  }
}

void run_tool(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
              std::chrono::milliseconds limit, const std::string& file, const std::string& failure) {
  const ChildResult result = run_child(arguments, folder, limit);
  if (result.timed_out) {
    throw UserError(file, 0, fmt::format("{}: not done after {} s", failure, limit.count() / 1000),
                    "give a smaller circuit, or one without endless loops");
  }
  if (result.status != 0) {
    throw UserError(file, 0, failure, complaint(result.output));
  }
}

}  // namespace faultline::process
