#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/interval.h"
#include "sim/campaign/outcome_counts.h"

namespace faultline::campaign {

/// Rows of one kind: the whole campaign, a structure, a layer, a bit position, a stratum.
struct GroupSummary {
  std::string name;
  uint64_t experiments = 0;       ///< with at least one row in the group that has an outcome
  OutcomeCounts counts;           ///< of rows: experiments x images
  std::vector<Interval> metrics;  ///< as metrics() (metric.h); without rows in the group [0, 1]
};

/// Shares of right answers over the rows with an outcome, in [0, 1]. A run without an answer is not right.
struct Accuracy {
  double golden_labels = 0;  ///< fault-free answer = label
  double faulty_labels = 0;  ///< answer under fault = label
  double golden_exact = 0;   ///< fault-free answer = the exact-multiplier design's
  double faulty_exact = 0;   ///< answer under fault = the exact-multiplier design's
};

/// How well a campaign answers the question it was asked.
struct Margin {
  std::string question = "critical";  ///< name of a metric
  std::optional<double> asked;        ///< largest distance of the rate's bounds from it; nothing: none was asked for
  Interval rate;                      ///< of the question

  /// The distance of the farther bound from the rate. Where nothing was seen, the upper bound itself.
  double reached() const { return std::max(rate.high - rate.estimate, rate.estimate - rate.low); }
};

/// An experiment that failed in the program itself.
struct ToolError {
  uint64_t number = 0;
  size_t image = 0;
  std::string site;
  std::string message;
};

/// A site and what its rows gave.
struct SiteSummary {
  hw::Site site;
  OutcomeCounts counts;
};

/// A campaign's rows, counted.
struct CampaignSummary {
  double confidence = 0.95;  ///< of every interval
  GroupSummary total;
  std::vector<GroupSummary> structures;  ///< in order of the state table
  std::vector<GroupSummary> layers;      ///< in order of execution
  std::vector<GroupSummary> bits;        ///< by significance; named "0", "1", ...
  std::vector<GroupSummary> strata;      ///< as CampaignDescription::strata; empty when there is only one
  Accuracy accuracy;
  Margin margin;
  std::array<uint64_t, kExtents.size()> extents{};         ///< rows whose fault came exactly so far
  std::array<uint64_t, kMaskedPlaces.size()> masked_in{};  ///< rows by where they were masked
  std::vector<SiteSummary> sites;                          ///< every struck site, in order of the state table
  std::vector<ToolError> tool_errors;
  uint64_t experiments_done = 0;  ///< with every image run
  uint64_t images_struck = 0;
  uint64_t followed = 0;  ///< rows with an outcome that the faults' cones gave; the others were simulated
  bool complete = false;  ///< every experiment that the description's shards ask for is there
};

/// Calls its argument with every row by (experiment, image), ascending.
using RowReader = std::function<void(const std::function<void(const ExperimentRow&)>& use)>;

/// Counts rows and estimates every metric. Experiments on several images count as one cluster each, strata by their
/// shares, experiments by their weights; the pilot's experiments and those after it are strata of their own.
CampaignSummary summarise(const CampaignDescription& description, const RowReader& rows);

}  // namespace faultline::campaign
