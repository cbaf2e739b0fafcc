#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace faultline::process {

/// How a child process ended.
struct ChildResult {
  int status = -1;         ///< exit status; -1 when a signal ended it
  bool timed_out = false;  ///< it was killed because it ran past its limit
  std::string output;      ///< the first MiB of stdout and stderr together
};

/// Runs a program found on PATH with arguments that no shell reads, in `folder`, with an empty stdin. At `limit` the
/// child and everything it started are killed. Throws std::runtime_error when the program cannot be started.
ChildResult run_child(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                      std::chrono::milliseconds limit);

/// Whether a program of this name is on PATH.
bool on_path(const std::string& program);

/// A folder of its own under the system's temporary folder, removed with everything in it at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file into the folder.
  void write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// Everything in a file; empty when it cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace faultline::process
