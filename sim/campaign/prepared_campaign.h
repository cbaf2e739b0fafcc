#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/campaign/campaign.h"
#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_file.h"
#include "sim/campaign/inference_target.h"
#include "sim/campaign/metric.h"
#include "sim/campaign/pending_file.h"
#include "sim/campaign/stop_rule.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// Everything that an experiment file names, loaded, checked and ready to run: the network, the images, the simulated
/// accelerator (one per process) and the experiments. Nothing is written anywhere.
class PreparedCampaign {
 public:
  /// Throws UserError for whatever is wrong with the files, sites, masks and windows. Runs one inference, because the
  /// population depends on its cycles.
  explicit PreparedCampaign(const ExperimentConfig& config);
  ~PreparedCampaign();

  InferenceTarget& target();
  inject::ExperimentSource& experiments();
  double hang_factor() const;
  /// What pilots, sequential stopping and progress look at.
  const Metric& question() const;
  /// When a sequential campaign ends; nothing for one of fixed size.
  const std::optional<StopRule>& stop_rule() const;
  /// The whole campaign: one shard of one.
  CampaignDescription description() const;
  /// Writes every experiment's faults as a fault list that runs the same faults again (every one on every image), to a
  /// file that will take the place of what has that name now. Throws UserError.
  void write_fault_list(PendingFile& file) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::campaign
