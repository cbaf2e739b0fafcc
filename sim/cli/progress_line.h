#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace faultline::cli {

/// One line on stderr that says how far a long job is, how fast it goes and how long it will take. Silent unless stderr
/// is a terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `done` includes what was done before this line began; `note` stands at the end.
  void update(uint64_t done, uint64_t total, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool shown_ = false;
  std::optional<uint64_t> before_;  ///< done when the line began
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace faultline::cli
