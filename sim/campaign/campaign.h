#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/inference_target.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// What a campaign measured.
struct CampaignResult {
  std::vector<ExperimentRow> rows;  ///< by number, whatever the order in which they were run
  std::vector<std::string> layers;  ///< in order of execution, for reports
  size_t images_struck = 0;         ///< images that some experiment ran on
  double wall_seconds = 0;
};

/// What a campaign would cost.
struct CampaignEstimate {
  double golden_seconds = 0;      ///< of one fault-free inference with its snapshots
  double experiment_seconds = 0;  ///< mean of the pilot experiments
  double total_seconds = 0;
};

/// Runs experiments on a target and judges each.
///
/// Experiments are run image by image, so that one golden inference serves all experiments of an image and one at a
/// time is kept; rows come back in the order of their numbers. Anything thrown while an experiment runs is that row's
/// tool_error.
class Campaign {
 public:
  /// Called after every experiment.
  using Progress = std::function<void(uint64_t done, uint64_t total)>;

  /// A run of more than `hang_factor` times the golden cycles is a hang. `target` and `source` must outlive the
  /// campaign.
  Campaign(InferenceTarget& target, const inject::ExperimentSource& source, double hang_factor);

  CampaignResult run(const Progress& progress);

  /// Runs a few experiments to estimate the whole.
  CampaignEstimate estimate();

 private:
  /// Numbers of the experiments, image by image.
  std::vector<uint64_t> order() const;
  ExperimentRow describe(uint64_t number, const inject::Experiment& experiment) const;
  void run_one(ExperimentRow& row);

  InferenceTarget& target_;
  const inject::ExperimentSource& source_;
  double hang_factor_;
  GoldenInference golden_;  ///< of the present image
};

}  // namespace faultline::campaign
