#include "sim/campaign/task_source.h"

namespace faultline::campaign {
namespace {

/// Experiments with as many faults are kept, while they have at most so many together.
constexpr size_t kManyFaults = 64;
constexpr size_t kMostKeptFaults = size_t{1} << 20;

}  // namespace

Task TaskSource::at(const Run& run) {
  const auto known = kept_.find(run.number);
  if (known != kept_.end()) {
    Task task = known->second;
    task.image = run.image;
    return task;
  }
  Task task = task_of(source_, run);
  if (task.faults.size() >= kManyFaults) {
    keep(task);
  }
  return task;
}

void TaskSource::keep(const Task& task) {
  if (kept_faults_ + task.faults.size() > kMostKeptFaults) {
    kept_.clear();
    kept_faults_ = 0;
  }
  kept_.emplace(task.number, task);
  kept_faults_ += task.faults.size();
}

void TaskSource::settle(const std::vector<inject::PilotCount>& by_stratum) {
  source_.settle(by_stratum);
  kept_.clear();
  kept_faults_ = 0;
}

}  // namespace faultline::campaign
