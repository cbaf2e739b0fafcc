#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/experiment_runner.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// An experiment on one of its images.
struct Run {
  uint64_t number = 0;
  size_t image = 0;
};

/// The runs of experiments [first, end) that `wanted` (experiment, image) admits, image by image, so that one golden
/// inference serves neighbours.
std::vector<Run> plan_runs(const inject::ExperimentSource& source, uint64_t first, uint64_t end,
                           const std::function<bool(uint64_t number, size_t image)>& wanted);

/// Every run of experiments [first, end), in order of their numbers.
std::vector<Run> all_runs(const inject::ExperimentSource& source, uint64_t first, uint64_t end);

/// The task that a run stands for.
Task task_of(const inject::ExperimentSource& source, const Run& run);

/// What a campaign would cost.
struct CampaignEstimate {
  double golden_seconds = 0;      ///< of one fault-free inference with its snapshots
  double experiment_seconds = 0;  ///< mean of the pilot experiments, on one image
  double total_seconds = 0;       ///< of one process
};

/// Runs a few experiments on `target` to estimate the whole.
CampaignEstimate estimate_campaign(InferenceTarget& target, const inject::ExperimentSource& source, double hang_factor);

}  // namespace faultline::campaign
