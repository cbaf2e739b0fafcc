#include "sim/campaign/run_queue.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

namespace faultline::campaign {
namespace {

/// Runs of a window for each image, within these limits: so many that golden inferences cost little beside them.
constexpr uint64_t kRunsPerImage = 512;
constexpr uint64_t kSmallestWindow = uint64_t{1} << 13;
constexpr uint64_t kLargestWindow = uint64_t{1} << 20;
/// Experiments of the next window that are asked for with each run that is handed out, so that it is ready in time.
constexpr uint64_t kAskedPerRun = 2;

uint64_t window_of(const inject::ExperimentSource& source, size_t images) {
  const uint64_t runs = std::clamp(images * kRunsPerImage, kSmallestWindow, kLargestWindow);
  return std::max<uint64_t>(1, runs / source.images_per_experiment());
}

}  // namespace

RunQueue::RunQueue(const inject::ExperimentSource& source, size_t images, const ExperimentRange& all, WantedOf wanted)
    : source_(source),
      wanted_of_(std::move(wanted)),
      end_(all.end),
      window_(window_of(source, images)),
      next_{all.first, all.first} {
  begin_next_window();
}

uint64_t RunQueue::left() const {
  const uint64_t unplanned =
      std::accumulate(asked_.begin(), asked_.end(), end_ - next_.first,
                      [](uint64_t sum, const ExperimentRange& range) { return sum + range.size(); });
  return runs_.size() - taken_ + planned_.size() + unplanned * source_.images_per_experiment();
}

ExperimentRange RunQueue::ask(size_t runs) {
  const ExperimentRange range{next_.first, std::min(next_.end, next_.first + kAskedPerRun * runs)};
  if (range.size() > 0) {
    asked_.push_back(range);
    next_.first = range.end;
  }
  return range;
}

void RunQueue::add_wanted(const std::vector<Run>& runs) {
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(planned_),
               [this](const Run& run) { return wanted_(run.number, run.image); });
}

void RunQueue::plan(const RangeRuns& told) {
  const auto asked = std::find(asked_.begin(), asked_.end(), told.range);
  if (asked != asked_.end()) {  // else too late
    asked_.erase(asked);
    add_wanted(told.runs);
  }
}

/// Takes up the next window with a run in it.
void RunQueue::begin_next_window() {
  do {
    asked_.push_back(next_);
    for (const ExperimentRange& range : asked_) {
      add_wanted(all_runs(source_, range.first, range.end));
    }
    asked_.clear();
    runs_.swap(planned_);
    planned_.clear();
    taken_ = 0;
    std::sort(runs_.begin(), runs_.end(),
              [](const Run& a, const Run& b) { return std::tie(a.image, a.number) < std::tie(b.image, b.number); });
    next_ = {next_.end, std::min(end_, next_.end + window_)};
    wanted_ = wanted_of_(next_);
  } while (runs_.empty() && next_.size() > 0);
}

std::vector<Run> RunQueue::take(size_t most) {
  if (taken_ == runs_.size()) {
    begin_next_window();
  }
  const auto begin = runs_.begin() + static_cast<std::ptrdiff_t>(taken_);
  auto end = begin + static_cast<std::ptrdiff_t>(std::min(most, runs_.size() - taken_));
  if (end != begin && end != runs_.end() && end->image == std::prev(end)->image) {
    const auto half = begin + (end - begin + 1) / 2;
    const auto change = std::lower_bound(half, end, std::prev(end)->image,
                                         [](const Run& run, size_t image) { return run.image < image; });
    end = change == half ? end : change;
  }
  taken_ += static_cast<size_t>(end - begin);
  return {begin, end};
}

}  // namespace faultline::campaign
