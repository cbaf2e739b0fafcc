#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/inference_target.h"

namespace faultline::campaign {

/// One experiment on one image, to be run.
struct Task {
  uint64_t number = 0;
  size_t image = 0;
  size_t stratum = 0;
  double weight = 1;
  hw::Faults faults;  ///< at least one
};

/// Runs tasks on a target and judges each. The golden inference of one image is kept, so tasks of one image are best
/// run one after another.
class ExperimentRunner {
 public:
  /// A run of more than `hang_factor` times the golden cycles is a hang. `target` must outlive the runner.
  ExperimentRunner(InferenceTarget& target, double hang_factor) : target_(target), hang_factor_(hang_factor) {}

  /// Anything thrown on the way is the row's tool_error.
  ExperimentRow run(const Task& task);
  /// The row of a task that could not be run.
  ExperimentRow failed(const Task& task, const std::string& tool_error) const;

 private:
  void take_golden(size_t image);
  void strike(ExperimentRow& row);

  InferenceTarget& target_;
  double hang_factor_;
  std::optional<size_t> image_;  ///< that golden_ is of
  GoldenInference golden_;
};

}  // namespace faultline::campaign
