#pragma once

#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/campaign/interval.h"
#include "sim/campaign/metric.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/stop_rule.h"
#include "sim/campaign/workers.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// How far a campaign is.
struct CampaignProgress {
  uint64_t done = 0;   ///< runs in the store, those of earlier sessions included
  uint64_t total = 0;  ///< runs that are asked for (of a sequential campaign: at most)
  uint64_t here = 0;   ///< runs of this call
  Interval rate;       ///< of the question so far, as if every run were drawn by itself
};

/// Runs what is missing of a campaign and stores it: all that the store's shards ask for and that it does not hold.
///
/// Rows depend on the experiments' numbers only, so it does not matter who runs them, in what order, and how often the
/// program was killed in between. Rows are stored several times a second.
class CampaignRun {
 public:
  using Progress = std::function<void(const CampaignProgress&)>;

  /// `images` is how many there are to strike. Pilot and progress look at `question`. All must outlive the run.
  CampaignRun(inject::ExperimentSource& source, size_t images, ResultStore& store, Workers& workers,
              const Metric& question);

  /// Returns the number of experiments that the campaign consists of: source.size(), or fewer when `rule`, if there is
  /// one, stopped it.
  uint64_t run(StopRule* rule, const Progress& progress);

 private:
  class Recorder;

  void run_experiments(uint64_t first, uint64_t end, const Progress& progress);
  void settle_pilot();
  void count(const ExperimentRow& row);
  void complete(std::vector<ExperimentRow>& rows);
  RunQueue::Wanted wanted(const ExperimentRange& range) const;

  inject::ExperimentSource& source_;
  size_t images_;
  ResultStore& store_;
  Workers& workers_;
  const Metric& question_;
  CampaignProgress progress_;
  std::unordered_set<uint64_t> drawn_again_;  ///< experiments whose rows come without faults
  uint64_t hits_ = 0;
  uint64_t trials_ = 0;
};

}  // namespace faultline::campaign
