#pragma once

#include <cstddef>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/run_queue.h"
#include "sim/inject/experiment_source.h"

namespace faultline::parallel {

/// What a lane is asked at once.
struct Share {
  std::vector<campaign::Run> runs;  ///< each is answered by a row
  campaign::ExperimentRange ask;    ///< experiments whose runs it may tell, beside
};

/// What has come from a lane, in any order.
struct Answers {
  std::vector<campaign::ExperimentRow> rows;
  std::vector<campaign::RangeRuns> told;
};

/// Somebody who takes runs and gives rows back: a process beside this one, or another machine.
class Lane {
 public:
  virtual ~Lane() = default;
  /// How many runs it works at at a time.
  virtual size_t width() const = 0;
  /// True when it should get more before it has answered everything, because messages to it take long. A process of
  /// this machine should not: it leaves its core to whoever stores its rows, so that N jobs are N busy cores.
  virtual bool works_ahead() const = 0;
  virtual void send(const Share& share) = 0;
  /// What a pilot gave, for all runs that are sent later.
  virtual void settle(const std::vector<inject::PilotCount>& by_stratum) = 0;
  /// What has come since the last call. Never waits. Throws std::runtime_error when nobody is there any more.
  virtual Answers receive() = 0;
  /// To wait on: readable when rows may have come; -1 when it has to be asked from time to time.
  virtual int descriptor() const = 0;
  /// True when something waits to be sent: wait for the descriptor to be writable as well.
  virtual bool unsent() const = 0;
};

/// Waits until one of the lanes may have something, but at most a millisecond when one of them has to be asked.
void wait_for_any(const std::vector<Lane*>& lanes);

}  // namespace faultline::parallel
