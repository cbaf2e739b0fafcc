#include "sim/parallel/share_size.h"

#include <algorithm>

namespace faultline::parallel {
namespace {

constexpr std::chrono::duration<double> kShareTime{0.2};
constexpr size_t kMostRuns = 4096;
/// A single measurement may not change the size by more.
constexpr size_t kMostGrowth = 4;

}  // namespace

void ShareSize::add(size_t runs, Clock::time_point now) {
  const std::chrono::duration<double> time = now - since_;
  const double wanted = static_cast<double>(runs) * (kShareTime / std::max(time, kShareTime / kMostRuns));
  const size_t most = std::min(kMostRuns, runs_ * kMostGrowth);
  runs_ = static_cast<size_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
  since_ = now;
}

}  // namespace faultline::parallel
