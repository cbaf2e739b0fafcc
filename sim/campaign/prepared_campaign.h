#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/campaign/campaign.h"
#include "sim/campaign/experiment_file.h"
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

  CampaignResult run(const Campaign::Progress& progress);
  CampaignEstimate estimate();

  const hw::StateTable& state() const;
  const inject::ExperimentSource& experiments() const;
  uint64_t golden_cycles() const;

  /// The experiment as it is run, defaults filled in.
  nlohmann::ordered_json effective_experiment() const;
  /// What was drawn from: kind, exact size and its factors, structures; for a fault list its file.
  nlohmann::ordered_json population() const;
  /// SHA-256 of model, data and hardware (its effective configuration, state table and products).
  nlohmann::ordered_json hashes() const;
  /// Writes every experiment's faults as a fault list that runs the same faults again (every one on every image).
  /// Throws UserError.
  void write_fault_list(const std::string& path) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::campaign
