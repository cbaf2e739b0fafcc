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

void ProgressLine::update(uint64_t done, uint64_t total, const std::string& note) {
  before_ = before_.value_or(done - 1);
  const Clock::time_point now = Clock::now();
  if (!terminal_ || now - last_ < kInterval) {
    return;
  }
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done - *before_) / seconds;
  const double left = static_cast<double>(total - done) / rate;
  fmt::print(stderr, "\r\033[K{} of {} ({:.0f} %), {:.1f} a second, {:.0f} s left{}", done, total,
             100 * static_cast<double>(done) / static_cast<double>(total), rate, left, note);
  std::fflush(stderr);
}

}  // namespace faultline::cli
