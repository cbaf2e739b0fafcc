#include "sim/report/row_findings.h"

#include <algorithm>

namespace faultline::report {
namespace {

using campaign::ExperimentRow;
using campaign::Outcome;

constexpr size_t kWorstRows = 10;

/// What is left of the golden class's confidence, of 1.
double confidence_left(const ExperimentRow& row) {
  return row.judgement.golden_confidence > 0 ? row.judgement.faulty_confidence / row.judgement.golden_confidence : 1;
}

bool does_more_harm(const ExperimentRow& a, const ExperimentRow& b) {
  if (a.judgement.sdc_1 != b.judgement.sdc_1) {
    return a.judgement.sdc_1;
  }
  return confidence_left(a) < confidence_left(b);
}

}  // namespace

void RowFindings::keep_if_worst(const ExperimentRow& row) {
  if (worst_.size() == kWorstRows && !does_more_harm(row, worst_.back())) {
    return;
  }
  // Rows come in order of their numbers: behind its equals is where a later one belongs.
  worst_.insert(std::upper_bound(worst_.begin(), worst_.end(), row, does_more_harm), row);
  if (worst_.size() > kWorstRows) {
    worst_.pop_back();
  }
}

void RowFindings::add(const ExperimentRow& row) {
  if (!row.tool_error.empty()) {
    return;
  }
  StageEnd& end = ends_[static_cast<size_t>(row.extent)];
  const Outcome outcome = row.judgement.outcome;
  if (outcome == Outcome::kMasked) {
    ++end.masked[static_cast<size_t>(row.masked_in)];
  } else {
    ++end.others[static_cast<size_t>(outcome)];
  }
  if (outcome == Outcome::kCritical) {
    critical_.emplace(key(row.site), row.number);
    keep_if_worst(row);
  }
}

std::optional<uint64_t> RowFindings::critical_experiment(const hw::Site& site) const {
  const auto found = critical_.find(key(site));
  return found == critical_.end() ? std::nullopt : std::optional<uint64_t>(found->second);
}

}  // namespace faultline::report
