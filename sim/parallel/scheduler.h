#pragma once

#include <cstddef>
#include <vector>

#include "sim/campaign/workers.h"
#include "sim/parallel/lane.h"

namespace faultline::parallel {

/// Hands tasks to lanes as they become free, few at a time towards the end, so that all finish together.
class Scheduler : public campaign::Workers {
 public:
  /// At least one lane; they must outlive the scheduler.
  explicit Scheduler(std::vector<Lane*> lanes) : lanes_(std::move(lanes)), unanswered_(lanes_.size(), 0) {}
  void run(size_t count, const TaskSource& task, const RowSink& sink) override;

 private:
  std::vector<campaign::Task> take(const TaskSource& task, size_t lane);

  std::vector<Lane*> lanes_;
  std::vector<size_t> unanswered_;  ///< tasks sent to each lane without a row yet
  size_t next_ = 0;
  size_t count_ = 0;
};

}  // namespace faultline::parallel
