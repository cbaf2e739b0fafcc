#include "sim/parallel/scheduler.h"

#include <algorithm>
#include <numeric>

namespace faultline::parallel {
namespace {

/// Most tasks handed out at once to one process.
constexpr size_t kLargestShare = 64;
/// A lane gets at most this part of its fair share of what is left.
constexpr size_t kPart = 4;

}  // namespace

/// The next tasks for a lane: a part of what is left, ending where the image changes, because a golden inference serves
/// one image.
std::vector<campaign::Task> Scheduler::take(const TaskSource& task, size_t lane) {
  const size_t everybody = std::accumulate(lanes_.begin(), lanes_.end(), size_t{0},
                                           [](size_t sum, const Lane* one) { return sum + one->width(); });
  const size_t width = lanes_[lane]->width();
  const size_t fair = (count_ - next_) * width / (everybody * kPart);
  const size_t most = std::clamp(fair, width, kLargestShare * width);
  std::vector<campaign::Task> tasks;
  while (next_ < count_ && tasks.size() < most) {
    campaign::Task one = task(next_);
    if (!tasks.empty() && tasks.size() >= width && one.image != tasks.back().image) {
      break;
    }
    tasks.push_back(std::move(one));
    ++next_;
  }
  return tasks;
}

void Scheduler::run(size_t count, const TaskSource& task, const RowSink& sink) {
  next_ = 0;
  count_ = count;
  size_t delivered = 0;
  while (delivered < count) {
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      // One task per process is under way while the next share is being sent, so that nobody waits for it.
      while (next_ < count_ && unanswered_[lane] <= lanes_[lane]->width()) {
        const std::vector<campaign::Task> tasks = take(task, lane);
        unanswered_[lane] += tasks.size();
        lanes_[lane]->send(tasks);
      }
    }
    wait_for_any(lanes_);
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      for (campaign::ExperimentRow& row : lanes_[lane]->receive()) {
        --unanswered_[lane];
        ++delivered;
        sink(std::move(row));
      }
    }
  }
}

}  // namespace faultline::parallel
