#pragma once

#include <functional>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/run_queue.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// Whoever runs experiments: processes beside this one, other machines. Each has the campaign's experiments itself, so
/// that numbers and images are all that it is told.
class Workers {
 public:
  /// Takes rows as they come, in any order. Those of experiments with many faults come without them.
  using RowSink = std::function<void(std::vector<ExperimentRow> rows)>;

  virtual ~Workers() = default;
  /// What a pilot gave, before any run that depends on it (inject::ExperimentSource::settle).
  virtual void settle(const std::vector<inject::PilotCount>& by_stratum) = 0;
  /// Runs what the queue holds and returns when every row has been delivered.
  virtual void run(RunQueue& queue, const RowSink& sink) = 0;
};

}  // namespace faultline::campaign
