#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/campaign/experiment_runner.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// Draws the tasks that runs stand for. Experiments of many faults, whose drawing takes longer than their run, are kept
/// for their other images.
class TaskSource {
 public:
  /// `source` must outlive this object.
  explicit TaskSource(inject::ExperimentSource& source) : source_(source) {}

  Task at(const Run& run);
  /// What a pilot gave, for all tasks from here on.
  void settle(const std::vector<inject::PilotCount>& by_stratum);

 private:
  void keep(const Task& task);

  inject::ExperimentSource& source_;
  std::unordered_map<uint64_t, Task> kept_;  ///< by experiment; of any of its images
  size_t kept_faults_ = 0;
};

}  // namespace faultline::campaign
