#pragma once

#include <optional>
#include <string>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/campaign_summary.h"
#include "sim/campaign/reliability.h"
#include "sim/report/row_findings.h"

namespace faultline::report {

/// Everything that a report is made from.
struct CampaignResult {
  campaign::CampaignDescription description;
  campaign::CampaignSummary summary;
  RowFindings findings;
  std::optional<campaign::Reliability> reliability;  ///< where the user gave rates
  std::string store;                                 ///< path of the result store, as in commands
  std::string rows_sha256;                           ///< over all rows
};

/// Reads the rows once.
CampaignResult read_result(const campaign::CampaignDescription& description, const campaign::RowReader& rows,
                           const std::string& store, const std::string& rows_sha256);

/// The summary's interval of a metric; nothing when no metric has this name.
const campaign::Interval* find_metric(const campaign::GroupSummary& group, const std::string& name);

/// The rate of critical outcomes of a group.
const campaign::Interval& critical_rate(const campaign::GroupSummary& group);

/// By how much faults lower the accuracy against the labels, with its interval: the share of runs whose right answer
/// was lost (a missing answer included) less that of those whose wrong answer was put right, by difference().
campaign::Interval accuracy_drop(const campaign::CampaignSummary& summary);

}  // namespace faultline::report
