#pragma once

#include <memory>
#include <vector>

#include <sys/types.h>

#include "sim/campaign/experiment_runner.h"
#include "sim/parallel/frame_socket.h"
#include "sim/parallel/lane.h"

namespace faultline::parallel {

/// A process that runs experiments, and another that watches over it.
///
/// The constructor forks a watcher, which forks the worker. When the worker dies, the experiment that it was at becomes
/// a tool_error, the watcher forks another one from its own clean copy of the simulated design, and the rest goes on.
/// Both end with this process, however it ends.
///
/// Construct while this process has one thread (before MPI, before a database is open): what is forked later is forked
/// by the watcher.
class WorkerProcess : public Lane {
 public:
  /// Runs experiments of `source`. `runner` and what it uses must be ready to run; the new processes have copies of
  /// both.
  WorkerProcess(campaign::ExperimentRunner& runner, inject::ExperimentSource& source);
  ~WorkerProcess() override;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  size_t width() const override { return 1; }
  bool works_ahead() const override { return false; }
  void send(const Share& share) override;
  void settle(const std::vector<inject::PilotCount>& by_stratum) override;
  Answers receive() override;
  int descriptor() const override;
  bool unsent() const override;

 private:
  pid_t watcher_ = -1;
  std::unique_ptr<FrameSocket> socket_;
};

}  // namespace faultline::parallel
