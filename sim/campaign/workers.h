#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/experiment_runner.h"

namespace faultline::campaign {

/// Whoever runs tasks: this process, processes beside it, other machines.
class Workers {
 public:
  /// Task `index` < count, made when it is needed. Neighbours share an image where they can.
  using TaskSource = std::function<Task(size_t index)>;
  /// Takes rows as they come, in any order.
  using RowSink = std::function<void(ExperimentRow row)>;

  virtual ~Workers() = default;
  /// Runs `count` tasks and returns when every row has been delivered.
  virtual void run(size_t count, const TaskSource& task, const RowSink& sink) = 0;
};

/// One after another, in this process.
class InProcessWorkers : public Workers {
 public:
  /// `runner` must outlive the workers.
  explicit InProcessWorkers(ExperimentRunner& runner) : runner_(runner) {}
  void run(size_t count, const TaskSource& task, const RowSink& sink) override {
    for (size_t index = 0; index < count; ++index) {
      sink(runner_.run(task(index)));
    }
  }

 private:
  ExperimentRunner& runner_;
};

}  // namespace faultline::campaign
