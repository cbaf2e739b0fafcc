#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/interval.h"
#include "sim/campaign/survey.h"

namespace faultline::campaign {

/// One row's answers to all metrics: bit i is that of metrics()[i].
struct MetricAnswers {
  uint64_t applies = 0;
  uint64_t holds = 0;  ///< only where it applies
};

/// Asks a row with an outcome all metrics.
MetricAnswers ask(const ExperimentRow& row);

/// Every metric of one group of rows.
class MetricTallies {
 public:
  MetricTallies();

  /// One experiment: the answers of its rows in the group, at least one.
  void add(size_t stratum, double weight, const std::vector<MetricAnswers>& rows);
  uint64_t experiments() const { return experiments_; }
  /// As metrics(). `strata` are those of the campaign, with at least one experiment drawn wherever one was added.
  std::vector<Interval> intervals(const std::vector<Stratum>& strata, double confidence);

 private:
  /// Experiments of one row that are alike: most of a campaign's are of a few kinds, so they are counted first.
  struct Kind {
    size_t stratum;
    double weight;
    MetricAnswers answers;
    bool operator==(const Kind& other) const;
  };
  struct KindHash {
    size_t operator()(const Kind& kind) const;
  };

  void tally_kinds();

  std::vector<SurveyTally> tallies_;
  std::unordered_map<Kind, uint64_t, KindHash> kinds_;  ///< not in tallies_ yet
  uint64_t experiments_ = 0;
};

}  // namespace faultline::campaign
