#pragma once

#include <chrono>
#include <cstddef>

namespace faultline::parallel {

/// How many runs to hand to a lane at once: so many that handing out costs nothing beside them, by how fast the lane
/// has been.
class ShareSize {
 public:
  using Clock = std::chrono::steady_clock;

  /// The lane begins to work.
  void begin(Clock::time_point now) { since_ = now; }
  /// `runs` have come back since the last call, or since the lane began.
  void add(size_t runs, Clock::time_point now);
  /// At least 1.
  size_t runs() const { return runs_; }

 private:
  Clock::time_point since_;
  size_t runs_ = 1;
};

}  // namespace faultline::parallel
