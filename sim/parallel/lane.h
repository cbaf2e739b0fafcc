#pragma once

#include <cstddef>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/experiment_runner.h"

namespace faultline::parallel {

/// Somebody who takes tasks and gives rows back: a process beside this one, or another machine.
class Lane {
 public:
  virtual ~Lane() = default;
  /// How many tasks it runs at a time.
  virtual size_t width() const = 0;
  virtual void send(const std::vector<campaign::Task>& tasks) = 0;
  /// The rows that have come since the last call, in any order. Never waits. Throws std::runtime_error when nobody is
  /// there any more.
  virtual std::vector<campaign::ExperimentRow> receive() = 0;
  /// To wait on: readable when rows may have come; -1 when it has to be asked from time to time.
  virtual int descriptor() const = 0;
  /// True when something waits to be sent: wait for the descriptor to be writable as well.
  virtual bool unsent() const = 0;
};

/// Waits until one of the lanes may have something, but at most a millisecond when one of them has to be asked.
void wait_for_any(const std::vector<Lane*>& lanes);

}  // namespace faultline::parallel
