#include "sim/cli/progress_line.h"

#include <cstdio>

#include <fmt/core.h>
#include <unistd.h>

namespace faultline::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

}  // namespace

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()), last_(start_) {}

ProgressLine::~ProgressLine() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
  }
}

void ProgressLine::update(uint64_t done, uint64_t total) {
  const Clock::time_point now = Clock::now();
  if (!terminal_ || now - last_ < kInterval) {
    return;
  }
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done) / seconds;
  const double left = static_cast<double>(total - done) / rate;
  fmt::print(stderr, "\r\033[K{} of {} experiments, {:.1f} a second, {:.0f} s left", done, total, rate, left);
  std::fflush(stderr);
}

}  // namespace faultline::cli
