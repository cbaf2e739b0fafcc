#pragma once

#include <chrono>
#include <cstdint>

namespace faultline::cli {

/// One line on stderr that says how far a long job is, how fast it goes and how long it will take. Silent unless stderr
/// is a terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(uint64_t done, uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace faultline::cli
