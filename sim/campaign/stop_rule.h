#pragma once

#include <cstdint>
#include <vector>

#include "sim/campaign/metric.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/sequential.h"
#include "sim/campaign/survey.h"

namespace faultline::campaign {

/// When a sequential campaign ends: as soon as the interval of its question is inside the margin.
class StopRule {
 public:
  /// `rule` looks every batch() experiments. `question` must outlive the rule.
  StopRule(const SequentialRule& rule, uint64_t batch, const Metric& question)
      : rule_(rule), batch_(batch), question_(&question) {}

  /// Confidence at which intervals must be computed so that, at the stop, they hold with that of the campaign.
  double look_confidence() const { return rule_.look_confidence(); }
  uint64_t batch() const { return batch_; }
  /// Asked in order, after each batch: whether `experiments` are enough. All of their rows are in `store`.
  bool stop(const ResultStore& store, uint64_t experiments);

 private:
  void count(const std::vector<ExperimentRow>& rows);

  SequentialRule rule_;
  uint64_t batch_;
  const Metric* question_;
  uint64_t counted_ = 0;  ///< experiments in the tally
  SurveyTally tally_;
};

}  // namespace faultline::campaign
