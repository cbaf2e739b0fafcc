#include "sim/campaign/stop_rule.h"

namespace faultline::campaign {

void StopRule::count(const std::vector<ExperimentRow>& rows) {
  double trials = 0;
  double hits = 0;
  for (const ExperimentRow& row : rows) {
    if (question_->asked_of(row)) {
      trials += 1;
      hits += question_->holds(row) ? 1 : 0;
    }
  }
  if (trials > 0) {
    tally_.add(0, rows.front().weight, trials, hits);
  }
}

bool StopRule::stop(const ResultStore& store, uint64_t experiments) {
  for (; counted_ < experiments; ++counted_) {
    count(store.experiment(counted_));
  }
  const Stratum everything{1, experiments, 0};
  return rule_.stop(tally_.interval({everything}, rule_.look_confidence()), experiments);
}

}  // namespace faultline::campaign
